/**
 * What a caller gets where the fault is neither its own nor the function's, but this machine's: ServiceException, which a
 * system test counts as trouble of the platform, and tries again.
 */
import { ServiceError } from '../http/service';

/** A sandbox that came to nothing by no doing of the function. */
export function cannotRun(functionName: string, reason: string): ServiceError {
  return new ServiceError('ServiceException', 500, `The function ${functionName} could not be run: ${reason}.`);
}

/** A log that can't be written or read; the function may have failed for that alone. */
export function cannotLog(functionName: string, reason: string): ServiceError {
  return new ServiceError(
    'ServiceException',
    500,
    `The log of the function ${functionName} could not be kept: ${reason}. It needs room in the folder for temporary files (TMPDIR).`,
  );
}
