import type { Readable } from 'node:stream';
import type { Clock } from './clock';

/** A stream that may be a terminal. */
export interface OutputStream extends NodeJS.WritableStream {
  isTTY?: boolean;
}

/** All that a command touches of its process; the entry script alone reads it from there. */
export interface CommandIo {
  env: Readonly<NodeJS.ProcessEnv>;
  /** The working directory. Throws where it was deleted. */
  cwd(): string;
  stdin: Readable;
  /** Results. */
  stdout: OutputStream;
  /** Everything else. */
  stderr: OutputStream;
  clock: Clock;
  /** Aborts at the first SIGINT, SIGTERM or SIGHUP: stop in good order. */
  stop: AbortSignal;
  /** Aborts at the second: leave at once. */
  leave: AbortSignal;
}

/** Whether a CI system runs the command, by the variable that all of them set. */
export function inCi(env: CommandIo['env']): boolean {
  return !['', '0', 'false'].includes((env.CI ?? '').toLowerCase());
}

/**
 * Whether to print colours: not with `--no-color` or NO_COLOR (https://no-color.org), always with FORCE_COLOR, else on a
 * terminal.
 */
export function wantsColor(stream: OutputStream, env: CommandIo['env'], flag: boolean): boolean {
  if (!flag || (env.NO_COLOR ?? '') !== '') return false;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

/** The environment in which a local app is deployed to a Region; undefined leaves it as it is. */
export function inRegion(env: CommandIo['env'], region: string | undefined): CommandIo['env'] {
  return region === undefined ? env : { ...env, AWS_REGION: region, CDK_DEFAULT_REGION: region };
}
