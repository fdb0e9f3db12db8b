import { ServiceError, type ServiceResponse } from './service';

const headers = { 'content-type': 'application/x-amz-json-1.0' };

/** Errors that come from the framework rather than from the service have a namespace of their own (measured). */
const namespaces: Record<string, string> = {
  ValidationException: 'com.amazon.coral.validate',
  SerializationException: 'com.amazon.coral.service',
  UnknownOperationException: 'com.amazon.coral.service',
};

/** A successful answer in AWS JSON 1.0. Members that are undefined are left out. */
export function jsonResponse(body: object): ServiceResponse {
  return { status: 200, headers, body: JSON.stringify(body) };
}

/** An error in AWS JSON 1.0: SDKs take the code from behind the `#`. */
export function errorResponse({ name, status, message, members }: ServiceError): ServiceResponse {
  const namespace = namespaces[name] ?? 'com.amazonaws.swf.service.v2.model';
  return { status, headers, body: JSON.stringify({ __type: `${namespace}#${name}`, message, ...members }) };
}

/** A time as AWS JSON writes it: seconds since the epoch with the milliseconds as a fraction. */
export function epochSeconds(milliseconds: number): number {
  return milliseconds / 1000;
}
