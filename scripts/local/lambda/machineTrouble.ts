/**
 * What a caller gets where the fault is neither its own nor the function's, but this machine's: ServiceException, which a
 * system test counts as trouble of the platform, and tries again.
 */
import type { DeployedFunction } from '../app/deployment';
import { ServiceError } from '../http/service';
import type { FunctionError } from './functionError';

/** A sandbox that came to nothing by no doing of the function. */
export function cannotRun(functionName: string, reason: string): ServiceError {
  return new ServiceError('ServiceException', 500, `The function ${functionName} could not be run: ${reason}.`);
}

/** A function that lacks something here. Trying again is in vain, so that it isn't a ServiceException. */
export function cannotServe(functionName: string, reason: string): ServiceError {
  const message = `The local endpoint can't serve the function ${functionName}: ${reason}`;
  return new ServiceError('InvalidParameterValueException', 400, message);
}

/**
 * A function that found no module where it lacks layers here that may hold it; undefined for other errors. An extension
 * brings no modules, nor does a layer that is named for one.
 */
export function lacksModule(
  { functionName, leftOut = [] }: DeployedFunction,
  { errorType, payload }: FunctionError,
): ServiceError | undefined {
  const lacking = leftOut.filter((what) => !/extension/i.test(what));
  const said = `${errorType}: ${messageOf(payload)}`;
  // In the words of Lambda's runtimes, then of Node.js, Python and Java themselves.
  const isMissing =
    /^Runtime\.ImportModuleError|Cannot find (?:module|package) |^ModuleNotFoundError|ClassNotFound|NoClassDefFound/;
  if (lacking.length === 0 || !isMissing.test(said)) return undefined;
  const reason = `${said.split('\n')[0]}; here it runs without ${lacking.join(' and ')}: put the layer into the app as an asset`;
  return cannotServe(functionName, reason);
}

function messageOf(payload: Buffer): string {
  try {
    return String((JSON.parse(payload.toString()) as { errorMessage?: unknown }).errorMessage);
  } catch {
    return payload.toString();
  }
}

/** A log that can't be written or read; the function may have failed for that alone. */
export function cannotLog(functionName: string, reason: string): ServiceError {
  return new ServiceError(
    'ServiceException',
    500,
    `The log of the function ${functionName} could not be kept: ${reason}. It needs room in the folder for temporary files (TMPDIR).`,
  );
}
