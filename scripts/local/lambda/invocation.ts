/** One invocation, from a sandbox of the pool to its result and its log. */
import type { Clock } from '../../io/clock';
import type { DeployedFunction } from '../app/deployment';
import { ServiceError } from '../http/service';
import { exited, raised, timedOut, type FunctionError } from './functionError';
import { endLine, platformLog } from './log';
import { cannotLog, cannotRun, cannotServe, lacksModule } from './machineTrouble';
import type { Outcome, Sandbox } from './sandbox';
import { newTraceId } from './sandboxEnvironment';
import type { SandboxPool } from './sandboxPool';

/** Of one invocation's log; what is older is dropped. */
const maximumLogBytes = 1_048_576;

export interface Invocation {
  deployed: DeployedFunction;
  /** `$LATEST` or a number. */
  version: string;
  requestId: string;
  /** As the caller named the function. */
  invokedFunctionArn: string;
  /** JSON text. */
  payload: string;
  /** JSON text. */
  clientContext?: string;
}

export interface InvocationResult {
  /** The response as the function sent it, or the error in JSON. */
  payload: Buffer;
  /** Whether the payload is an error. */
  failed: boolean;
  log: Buffer;
}

/** Runs an invocation. Rejects with ServiceException where this machine has no process for it, or no room for its log. */
export async function runInvocation(
  invocation: Invocation,
  pool: SandboxPool,
  clock: Clock,
): Promise<InvocationResult> {
  const { functionName } = invocation.deployed;
  const sandbox = await pool.acquire();
  try {
    const result = await runIn(sandbox, invocation, clock);
    if (result.failed) sandbox.requireLogRoom();
    return result;
  } catch (error) {
    throw error instanceof ServiceError ? error : cannotLog(functionName, (error as Error).message);
  } finally {
    pool.release(sandbox);
  }
}

async function runIn(sandbox: Sandbox, invocation: Invocation, clock: Clock): Promise<InvocationResult> {
  const { deployed, version, requestId, invokedFunctionArn, payload, clientContext } = invocation;
  const lines = platformLog(deployed.logFormat, () => new Date(clock.now()));
  const parts: Buffer[] = [];
  const write = (text: string) => parts.push(Buffer.from(text));
  const takeOutput = () => parts.push(endLine(sandbox.takeLog(maximumLogBytes)));

  const cold = sandbox.takeInitialization();
  const init = cold && requireStarted(await cold, deployed);
  // What the function writes while it is being loaded comes before START; what it writes between two invocations
  // belongs to the next one, as where Lambda freezes and thaws it.
  if (init) takeOutput();
  const initFailure = init && failure(init, invocation);
  if (init && initFailure) {
    const { status = 'error', errorType } = initFailure;
    write(lines.initReport(init.durationMs, status, status === 'error' ? errorType : undefined));
  }
  write(lines.start(requestId, deployed.functionArn, version));
  let outcome: Outcome | undefined;
  if (!initFailure) {
    const timeoutMs = deployed.timeoutSeconds * 1_000;
    const deadline = Date.now() + timeoutMs;
    const event = { requestId, invokedFunctionArn, deadline, payload, clientContext, traceId: newTraceId() };
    outcome = requireStarted(await sandbox.invoke(event, timeoutMs), deployed);
    takeOutput();
  }
  const error = initFailure ?? (outcome && failure(outcome, invocation));
  const lack = error && lacksModule(deployed, error);
  if (lack) throw lack;
  write(
    lines.report({
      requestId,
      durationMs: (outcome ?? init)?.durationMs ?? 0,
      memorySizeMb: deployed.memoryMb,
      maxMemoryUsedMb: sandbox.memoryMb,
      initDurationMs: init && !initFailure ? init.durationMs : undefined,
      status: error?.status,
      errorType: error?.status === 'error' ? error.errorType : undefined,
    }),
  );
  return {
    payload: error?.payload ?? (outcome?.type === 'response' ? outcome.payload : Buffer.from('null')),
    failed: error !== undefined,
    log: Buffer.concat(parts),
  };
}

/** Throws ServiceException where a sandbox ended before the function had a chance, or without room for its log. */
function requireStarted(outcome: Outcome, { functionName }: DeployedFunction): Outcome {
  if (outcome.type === 'error' && outcome.logTrouble !== undefined) throw cannotLog(functionName, outcome.logTrouble);
  if (outcome.type === 'error' && outcome.trouble) throw cannotServe(functionName, outcome.trouble);
  if (outcome.type === 'exit' && outcome.trouble) throw cannotRun(functionName, outcome.trouble);
  return outcome;
}

/** Undefined where the outcome is a good one. */
function failure(outcome: Outcome, { deployed, requestId }: Invocation): FunctionError | undefined {
  switch (outcome.type) {
    case 'ready':
    case 'response':
      return undefined;
    case 'error':
      return raised(outcome);
    case 'timeout':
      return timedOut(requestId, deployed.timeoutSeconds);
    case 'exit':
      return exited(outcome, requestId);
  }
}
