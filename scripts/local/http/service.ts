/** What the endpoint and its services agree on. */
import type { Readable } from 'node:stream';

/** One HTTP request but for its body. */
export interface RequestHead {
  method: string;
  /** The path as sent, still percent-encoded, without the query. */
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  /** Aborts when the client goes away. */
  signal: AbortSignal;
}

/** One HTTP request, read whole. */
export interface ServiceRequest extends RequestHead {
  body: Buffer;
}

/** One HTTP response. The endpoint adds the request id and, where it has none, `content-length`. */
export interface ServiceResponse {
  status: number;
  headers: Record<string, string>;
  /** A stream gives as many bytes as `content-length` says. */
  body: string | Buffer | Readable;
}

/** One AWS service over its own wire protocol: it also answers its errors in that protocol. */
export interface Service {
  handle(request: ServiceRequest, requestId: string): Promise<ServiceResponse>;
}

/** A service that reads the bodies of its requests itself, as they come. */
export interface StreamingService {
  takes(head: RequestHead): boolean;
  handle(head: RequestHead, body: AsyncIterable<Buffer>, requestId: string): Promise<ServiceResponse>;
}

/**
 * An error as the AWS service would answer it, for example `new ServiceError('ExecutionDoesNotExist', 400, '…')`.
 * `name` is the error code.
 */
export class ServiceError extends Error {
  constructor(
    override readonly name: string,
    /** The HTTP status. */
    readonly status: number,
    message: string,
    /** Further members of the error shape, such as Lambda's `Reason`. */
    readonly members: Record<string, string> = {},
  ) {
    super(message);
  }
}

/** The framework's own words for a value, `Value '0' at 'maxItems'`, that breaks a constraint of the API's model. */
export function brokenConstraint(value: string, constraint: string): ServiceError {
  const message = `1 validation error detected: ${value} failed to satisfy constraint: ${constraint}`;
  return new ServiceError('ValidationException', 400, message);
}

/** @throws an error of that name for a parameter that an operation isn't served with: to ignore it would be a guess */
export function refuseUnserved(
  operation: string,
  { given, served, error }: { given: Iterable<string>; served: readonly string[]; error: string },
): void {
  for (const name of given) {
    if (served.includes(name)) continue;
    const taken = served.length === 0 ? 'none' : served.join(', ');
    const message = `The local endpoint doesn't serve the parameter ${name} of ${operation}; it takes ${taken}.`;
    throw new ServiceError(error, 400, message);
  }
}
