/**
 * The AWS query protocol: a form-encoded `Action` in, XML out. CloudFormation and STS speak it.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
import { xmlText } from '../../report/xmlText';
import { refuseUnserved, ServiceError, type ServiceRequest, type ServiceResponse } from './service';

/** What an answer holds: undefined members are left out, a list becomes `<member>` elements, an empty one an empty element. */
export type QueryValue = string | number | boolean | Date | undefined | QueryValue[] | { [name: string]: QueryValue };

export interface QueryAction {
  /** What it takes beside Action and Version; a list's is `Name.member`. */
  parameters: string[];
  /** Throws a ServiceError for the errors of the service. */
  run: (parameters: URLSearchParams) => QueryValue;
}

export interface QueryApi {
  /** `http://cloudformation.amazonaws.com/doc/2010-05-15/` */
  namespace: string;
  /** `2010-05-15` */
  version: string;
  actions: Record<string, QueryAction>;
}

/** The parameters of a request: its form, or its query where it has none. */
export function queryParameters(request: ServiceRequest): URLSearchParams {
  return request.body.length > 0 ? new URLSearchParams(request.body.toString('utf8')) : request.query;
}

/**
 * Answers a request with the API's action, or with the error that AWS gives for one that it doesn't have.
 * @throws what no error of the API is
 */
export function answerQuery(api: QueryApi, request: ServiceRequest, requestId: string): ServiceResponse {
  const parameters = queryParameters(request);
  const action = parameters.get('Action') ?? '';
  try {
    const known = Object.hasOwn(api.actions, action) ? api.actions[action] : undefined;
    if (!known) throw new ServiceError('InvalidAction', 400, unknownAction(api, action, parameters));
    // A presigned request has its signature among them.
    const given = [...parameters.keys()].filter((name) => !/^(Action|Version|X-Amz-.*)$/.test(name));
    const served = known.parameters;
    refuseUnserved(action, {
      given: given.map((name) => name.replace(/\.\d+$/, '')),
      served,
      error: 'ValidationError',
    });
    const body =
      element(`${action}Result`, known.run(parameters)) + element('ResponseMetadata', { RequestId: requestId });
    return xml(200, `<${action}Response xmlns="${api.namespace}">${body}</${action}Response>`);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return queryError(error, requestId, api.namespace);
  }
}

/** An error in the query protocol. */
export function queryError(error: ServiceError, requestId: string, namespace?: string): ServiceResponse {
  const detail = { Type: error.status < 500 ? 'Sender' : 'Receiver', Code: error.name, Message: error.message };
  const attribute = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  const body = element('Error', detail) + element('RequestId', requestId);
  return xml(error.status, `<ErrorResponse${attribute}>${body}</ErrorResponse>`);
}

/** An answer in XML. */
export function xml(status: number, document: string): ServiceResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: document };
}

/** An element with its content, escaped. */
export function element(name: string, value: QueryValue): string {
  const content = contentOf(value);
  return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;
}

function unknownAction(api: QueryApi, action: string, parameters: URLSearchParams): string {
  return `Could not find operation ${action || 'null'} for version ${parameters.get('Version') ?? api.version}`;
}

function contentOf(value: QueryValue): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((member) => element('member', member)).join('');
  if (typeof value !== 'object') return xmlText(String(value));
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return members.map(([name, member]) => element(name, member)).join('');
}
