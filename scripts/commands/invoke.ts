import type { Configuration, RunResult } from '../../lib/wire';
import type { CommandIo } from '../terminal/commandIo';
import { untestedSentence } from '../result/conclusion';
import { namedConfigurations } from '../configurations/namedConfigurations';
import { checkFunction } from '../direct/checkFunction';
import { connectFunction, type FunctionConnection } from '../direct/connectFunction';
import { directResult } from '../direct/directResult';
import { invokeEach } from '../direct/invokeEach';
import { platformError } from '../direct/platformError';
import type { Retry } from '../direct/retry';
import { prepareEnding } from '../result/ending';
import type { StopReason } from '../execution/execution';
import { codeOf, type ExitCode } from '../exitCode';
import { openUnlessInterrupted, unlessInterrupted } from '../interruptedError';
import { chooseProgress } from '../terminal/progressChoice';
import type { Redactor } from '../result/redaction';
import { stopSignal } from '../execution/stopSignal';
import { loudnessOf, Talk } from '../terminal/talk';
import { checkInvokeOptions, defaultConcurrency, type InvokeOptions } from './invokeOptions';

/**
 * `system-test invoke`: `run` without a state machine. It invokes the function itself, with the same bounded parallelism,
 * retries and verdicts.
 * @param identifiers of the configurations to test; none: those of the file
 * @throws UserError, NoVerdictError, InterruptedError: as the exit codes tell them apart
 */
export async function invoke(identifiers: string[], options: InvokeOptions, io: CommandIo): Promise<ExitCode> {
  checkInvokeOptions(identifiers, options);
  const named = namedConfigurations(identifiers, options.configurations, io.stdin);
  const configurations = (await unlessInterrupted(named, io.stop)) ?? [];

  const talk = new Talk(io.stderr, loudnessOf(options));
  const ending = await prepareEnding(options, io, talk);
  const maxConcurrency = options.maxConcurrency ?? defaultConcurrency;
  const connection = await openUnlessInterrupted(connectFunction(options, maxConcurrency, io, talk), io.stop);
  try {
    const { api, functionName } = connection;
    const check = checkFunction(api, functionName, { clock: io.clock, random: Math.random, signal: io.stop });
    await unlessInterrupted(check, io.stop);
    talk.note(`Invoking the function ${functionName}, at most ${maxConcurrency} at once.`);
    const run = { ...options, maxConcurrency, redact: ending.redact };
    const { result: found, stopped } = await invokeAll(connection, configurations, run, io, talk);
    const { result, complete } = await ending.finish(found);
    conclude(result, stopped, options, talk);
    return codeOf(result.verdict, { interrupted: stopped?.error === 'SystemTest.Interrupted', complete });
  } finally {
    await connection.close();
  }
}

/** Tests all configurations, up to the deadline or an interruption. */
async function invokeAll(
  { api, functionName }: FunctionConnection,
  configurations: Configuration[],
  options: Omit<InvokeOptions, 'redact'> & { maxConcurrency: number; redact: Redactor },
  io: CommandIo,
  talk: Talk,
): Promise<{ result: RunResult; stopped?: StopReason }> {
  const { maxConcurrency, toleratedFailures = 0, timeout, local } = options;
  const stop = stopSignal(io);
  const progress = await chooseProgress(options, io);
  let running = 0;
  stop.signal.addEventListener('abort', () => {
    progress.stop();
    talk.note(stoppingNote(running, local));
  });
  try {
    if (timeout !== undefined) {
      stop.startDeadline(timeout);
    }
    const startedAt = io.clock.now();
    const { outcomes, memoryMb } = await invokeEach(
      api,
      { functionName, configurations, maxConcurrency },
      {
        clock: io.clock,
        random: Math.random,
        stop: stop.signal,
        onProgress: ({ longest, ...state }) => {
          running = state.running;
          progress.update({
            ...state,
            longest: longest && { ...longest, identifier: options.redact(longest.identifier) },
          });
        },
        onRetry: (identifier, retry) => talk.detail(options.redact(retryNote(identifier, retry))),
      },
    );
    const stopped = stop.signal.aborted ? (stop.signal.reason as StopReason) : undefined;
    const stoppedAt = io.clock.now();
    const price = options.cost ? { region: await api.region(), memoryMb } : undefined;
    const run = { maxConcurrency, toleratedFailures, startedAt, stoppedAt, stopped, price };
    return { result: directResult(outcomes, run), stopped };
  } finally {
    progress.stop();
    stop.dispose();
  }
}

function stoppingNote(running: number, local?: boolean): string {
  const what = running === 1 ? 'The invocation that runs goes' : `The ${running} invocations that run go`;
  const rest = running === 0 || local ? '' : ` ${what} on in Lambda, which can't stop one, but without a result here.`;
  return `Stopping: nothing more is invoked.${rest}`;
}

function retryNote(identifier: string, { number, waitMs, error }: Retry): string {
  const { type, message } = platformError(error);
  return `${identifier}: retry ${number} in ${(waitMs / 1000).toFixed(1)}s, after ${type}: ${message}`;
}

/** Says after the report what the report doesn't. */
function conclude(result: RunResult, stopped: StopReason | undefined, { local }: InvokeOptions, talk: Talk): void {
  if (result.verdict === 'FAILED' && local) {
    talk.note('The exit code is 1, which is what stops a pipeline.');
  }
  if (result.verdict === 'ERRORED') {
    const reason = stopped?.cause.replace(/\.$/, '');
    talk.error(
      reason === undefined
        ? untestedSentence(result)
        : `${reason}, so nothing more was invoked and there is no verdict.`,
    );
  }
}
