/** The values of `run`'s flags: each parser takes the text after a flag and throws a UserError that names the flag. */
import { limits } from '../../lib/wire';
import { reportFormats, type ReportRequest } from '../report/reports';
import { parseStateMachineArn } from '../target';
import { UserError } from '../userError';

/** What `run` was asked to do. */
export interface RunOptions {
  local?: boolean;
  app?: string;
  stack?: string;
  stateMachine?: string;
  configurations?: string;
  maxConcurrency?: number;
  toleratedFailures?: number | string;
  /** Seconds. */
  timeout?: number;
  name?: string;
  /** Text on standard output where none is asked for. */
  report?: ReportRequest[];
  profile?: string;
  region?: string;
  endpointUrl?: string;
  progress: boolean;
  color: boolean;
  quiet?: boolean;
  verbose?: boolean;
}

/** Seconds that a Standard execution may take at most: a year (AWS Step Functions quotas). */
const longestTimeout = 31_536_000;

export function maxConcurrency(text: string): number {
  return integer(text, '--max-concurrency', 1, limits.inlineConcurrency);
}

/** Of `system-test local`. */
export function port(text: string): number {
  return integer(text, '--port', 0, 65_535);
}

/** A count, or a share such as `5%`. */
export function toleratedFailures(text: string): number | string {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) <= 100) {
    return text;
  }
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) {
    return Number(text);
  }
  throw expected('--tolerated-failures', 'a count such as 2 or a share from 0% to 100%', text);
}

/** Seconds. */
export function timeout(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(seconds > 0 && seconds <= longestTimeout)) {
    throw expected('--timeout', `a number of seconds above 0 and up to ${longestTimeout}`, text);
  }
  return seconds;
}

// eslint-disable-next-line no-control-regex -- the service's rule names them
const forbiddenInNames = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/;

/** The name of an execution (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html). */
export function executionName(text: string): string {
  if (text === '' || text.length > limits.executionNameLength || forbiddenInNames.test(text)) {
    throw expected(
      '--name',
      `1 to ${limits.executionNameLength} characters without spaces and <>{}[]?*"#%\\^|~\`$&,;:/`,
      text,
    );
  }
  return text;
}

export function stateMachine(text: string): string {
  if (!parseStateMachineArn(text)) {
    throw expected(
      '--state-machine',
      'an ARN such as arn:aws:states:eu-west-1:123456789012:stateMachine:SystemTest',
      text,
    );
  }
  return text;
}

export function region(text: string): string {
  if (!/^[a-z]{2,}(-[a-z0-9]+)+$/.test(text)) {
    throw expected('--region', 'a Region such as eu-west-1', text);
  }
  return text;
}

export function endpointUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw expected('--endpoint-url', 'a URL such as http://127.0.0.1:4566', text);
  }
  return text;
}

/** A text flag that makes no sense when empty, as from an unset variable of a shell. */
export function nonEmpty(flag: string): (text: string) => string {
  return (text) => {
    if (text.trim() === '') {
      throw expected(flag, 'a value', text);
    }
    return text;
  };
}

/** Collects the repeated flag. */
export function report(text: string, earlier: ReportRequest[] = []): ReportRequest[] {
  const separator = text.indexOf('=');
  const [name, file] = separator < 0 ? [text] : [text.slice(0, separator), text.slice(separator + 1)];
  const format = reportFormats.find((one) => one === name);
  if (!format || file === '') {
    throw expected('--report', `FORMAT or FORMAT=FILE, the format one of ${reportFormats.join(', ')}`, text);
  }
  if (earlier.some((one) => one.file === file)) {
    throw new UserError(`Expected each --report in a place of its own, got two for ${file ?? 'standard output'}.`);
  }
  return [...earlier, { format, file }];
}

/**
 * Refuses flags that contradict each other and that commander can't know of.
 * @throws UserError
 */
export function checkRunOptions(identifiers: string[], options: RunOptions): void {
  if (identifiers.length > 0 && options.configurations !== undefined) {
    throw new UserError('Expected either identifiers or --configurations, got both.');
  }
  if (options.app !== undefined && !options.local) {
    throw new UserError('Expected --app only together with --local.');
  }
  const arn = options.stateMachine === undefined ? undefined : parseStateMachineArn(options.stateMachine);
  if (arn && options.region !== undefined && options.region !== arn.region) {
    throw new UserError(`Expected --region to be that of --state-machine, ${arn.region}, got "${options.region}".`);
  }
}

function integer(text: string, flag: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= least && value <= most)) {
    throw expected(flag, `an integer from ${least} to ${most}`, text);
  }
  return value;
}

function expected(flag: string, what: string, got: string): UserError {
  return new UserError(`Expected ${flag} to be ${what}, got ${JSON.stringify(got)}.`);
}
