/** Lambda's REST JSON protocol: its routes and its errors. */
import { json } from '../http/listener';
import { refuseUnserved, ServiceError, type ServiceRequest, type ServiceResponse } from '../http/service';

export type Operation =
  { name: 'Invoke' | 'GetFunction' | 'GetFunctionConfiguration'; functionName: string } | { name: 'ListFunctions' };

const routes = [
  { method: 'POST', path: /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/, name: 'Invoke' },
  { method: 'GET', path: /^\/2015-03-31\/functions\/([^/]+)\/?$/, name: 'GetFunction' },
  { method: 'GET', path: /^\/2015-03-31\/functions\/([^/]+)\/configuration\/?$/, name: 'GetFunctionConfiguration' },
] as const;

/** What the query of an operation that is not here may hold is a qualifier. */
const queries: Partial<Record<Operation['name'], string[]>> = {
  ListFunctions: ['FunctionVersion', 'Marker', 'MaxItems'],
};
/** Invoke's members in headers that ask for what no function here has: tenants and durable executions. */
const unservedHeaders = { 'x-amz-tenant-id': 'TenantId', 'x-amz-durable-execution-name': 'DurableExecutionName' };

/** Which call a request is. Throws UnknownOperationException, and InvalidParameterValueException for what isn't served. */
export function parseOperation(request: ServiceRequest): Operation {
  const operation = findOperation(request);
  const headers = Object.entries(unservedHeaders).filter(([name]) => request.headers[name] !== undefined);
  refuseUnserved(operation.name, {
    given: [...request.query.keys(), ...headers.map(([, member]) => member)],
    served: queries[operation.name] ?? ['Qualifier'],
    error: 'InvalidParameterValueException',
  });
  return operation;
}

function findOperation({ method, path }: ServiceRequest): Operation {
  if (method === 'GET' && /^\/2015-03-31\/functions\/?$/.test(path)) return { name: 'ListFunctions' };
  for (const route of routes) {
    const match = method === route.method ? route.path.exec(path) : undefined;
    if (match?.[1] !== undefined) return { name: route.name, functionName: decode(match[1]) };
  }
  throw new ServiceError(
    'UnknownOperationException',
    404,
    `The local endpoint serves Invoke, GetFunction, GetFunctionConfiguration and ListFunctions of Lambda, not ${method} ${path}.`,
  );
}

/** An ARN in a path is percent-encoded; what is badly encoded is no function's name. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Shapes whose message member begins with a capital (the service's API model). */
const capitalMessage = new Set(['ResourceNotFoundException', 'ServiceException', 'RequestEntityTooLargeException']);

/** An error as Lambda answers it. */
export function errorResponse(error: ServiceError): ServiceResponse {
  const type = error.status < 500 ? 'User' : 'Service';
  const message = { [capitalMessage.has(error.name) ? 'Message' : 'message']: error.message };
  const response = json(error.status, { ...error.members, Type: type, ...message });
  response.headers['x-amzn-errortype'] = error.name;
  return response;
}
