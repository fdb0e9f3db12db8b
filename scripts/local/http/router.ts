/** Which service a request is for, and the refusal of those that aren't here, each in its own protocol. */
import { json, type Handler } from './listener';
import { element, queryError, queryParameters, xml } from './queryProtocol';
import { ServiceError, type RequestHead, type Service, type ServiceRequest, type ServiceResponse } from './service';

export interface Services {
  stepFunctions: Service;
  lambda: Service;
  cloudFormation: Service;
  sts: Service;
}

/** Sends each request to its service, by the marks of the protocol that the service speaks. */
export function route(services: Services): Handler {
  return (request, requestId) => {
    const { method, path, headers } = request;
    const target = headers['x-amz-target'];
    if (target?.startsWith('AWSStepFunctions.')) return services.stepFunctions.handle(request, requestId);
    if (target !== undefined) return Promise.resolve(refuseJson(request, target));
    // Lambda's paths begin with the date of their API version: /2015-03-31/functions/…
    if (/^\/20\d\d-\d\d-\d\d\//.test(path)) return services.lambda.handle(request, requestId);
    const action = queryParameters(request).get('Action');
    if (action !== null) return answerAction(services, request, requestId, action);
    if (signedService(request) === 's3') {
      return Promise.resolve(
        xml(501, element('Error', { Code: 'NotImplemented', Message: withoutFolder, RequestId: requestId })),
      );
    }
    if (method === 'GET' && path === '/') return Promise.resolve({ status: 200, headers: plainText, body: greeting });
    const refusal = json(404, { __type: 'UnknownOperationException', message: elsewhere });
    refusal.headers['x-amzn-errortype'] = 'UnknownOperationException';
    return Promise.resolve(refusal);
  };
}

const plainText = { 'content-type': 'text/plain; charset=utf-8' };
const elsewhere =
  'The local endpoint serves Step Functions, Lambda, CloudFormation and STS; this is none of their calls.';
const withoutFolder = 'The local endpoint serves S3 where the app has a bucket, or from a folder: --s3 DIR.';
const greeting = `A system test's app, served on this machine as AWS would serve it: Step Functions, Lambda, CloudFormation
and STS, for any AWS client with this address as its endpoint URL. It has no pages. Try
  aws --endpoint-url http://<this address> stepfunctions list-state-machines
`;

function answerAction(
  services: Services,
  request: ServiceRequest,
  requestId: string,
  action: string,
): Promise<ServiceResponse> {
  const service = signedService(request) ?? (action === 'GetCallerIdentity' ? 'sts' : 'cloudformation');
  if (service === 'cloudformation') return services.cloudFormation.handle(request, requestId);
  if (service === 'sts') return services.sts.handle(request, requestId);
  return Promise.resolve(queryError(new ServiceError('InvalidAction', 400, elsewhere), requestId));
}

/** Whether a request is for S3: by its signature or, where it has none, as it is for nothing else. */
export function isForS3(request: RequestHead): boolean {
  const { method, path, query, headers } = request;
  const service = signedService(request);
  if (service !== undefined || headers.authorization !== undefined) return service === 's3';
  // An SDK that lists the buckets, where a person looks at the address.
  const isGreeted = path === '/' && headers['amz-sdk-invocation-id'] === undefined;
  const isOther =
    headers['x-amz-target'] !== undefined || query.has('Action') || isGreeted || /^\/20\d\d-\d\d-\d\d\//.test(path);
  return !isOther && ['GET', 'HEAD', 'PUT', 'DELETE'].includes(method);
}

/** The service in the signature's scope, `Credential=AKID/20260731/us-east-1/cloudformation/aws4_request`. */
function signedService({ headers, query }: RequestHead): string | undefined {
  const credential =
    /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? query.get('X-Amz-Credential') ?? '';
  return /\/([a-z0-9-]+)\/aws4_request$/.exec(credential)?.[1];
}

/** As AWS JSON services answer a target that they don't know. */
function refuseJson(request: ServiceRequest, target: string): ServiceResponse {
  return {
    status: 400,
    headers: { 'content-type': request.headers['content-type'] ?? 'application/x-amz-json-1.0' },
    body: JSON.stringify({ __type: 'UnknownOperationException', message: `${target}: ${elsewhere}` }),
  };
}
