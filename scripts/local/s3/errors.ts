/** Errors of S3, in its own words (its API reference, "Error responses", and LocalStack's recordings of AWS). */
import { ServiceError } from '../http/service';

export function noSuchKey(key: string): ServiceError {
  return new ServiceError('NoSuchKey', 404, 'The specified key does not exist.', { Key: key });
}

export function noSuchBucket(bucket: string): ServiceError {
  return new ServiceError('NoSuchBucket', 404, 'The specified bucket does not exist', { BucketName: bucket });
}

export function invalidArgument(message: string, name: string, value: string): ServiceError {
  return new ServiceError('InvalidArgument', 400, message, { ArgumentName: name, ArgumentValue: value });
}

/** What S3 serves and the endpoint does not. */
export function notImplemented(what: string): ServiceError {
  return new ServiceError('NotImplemented', 501, `The local endpoint doesn't serve ${what}.`);
}

/** @returns the error of S3 for one of the file system, or undefined where there is none */
export function storageError({ code }: NodeJS.ErrnoException): ServiceError | undefined {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new ServiceError('AccessDenied', 403, `Access Denied: this user may not do that in the folder (${code})`);
    case 'ENOSPC':
    case 'EDQUOT':
      return new ServiceError('InternalError', 500, `The disk of the folder is full (${code})`);
    default:
      return undefined;
  }
}
