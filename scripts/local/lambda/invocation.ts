/** One invocation, from a sandbox of the pool to its result and its log. */
import type { Clock } from '../../clock';
import type { DeployedFunction } from '../deployment';
import { broken, raised, type FunctionError } from './functionError';
import { endLine, platformLog } from './log';
import { cannotStart, type InitOutcome, type InvokeOutcome, type Sandbox } from './sandbox';
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
  /** JSON text: the response or the error. */
  payload: string;
  /** Whether the payload is an error. */
  failed: boolean;
  log: Buffer;
}

/** Runs an invocation. Rejects with ServiceException where no process can be started. */
export async function runInvocation(
  invocation: Invocation,
  pool: SandboxPool,
  clock: Clock,
): Promise<InvocationResult> {
  const sandbox = await pool.acquire();
  try {
    return await runIn(sandbox, invocation, clock);
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
  const init = cold && (await cold);
  if (init?.type === 'exit' && init.startError) throw cannotStart(deployed.functionName, init.startError.message);
  // What the function writes while it is being loaded comes before START; what it writes between two invocations
  // belongs to the next one, as where Lambda freezes and thaws it.
  if (init) takeOutput();
  const initFailure = init && init.type !== 'ready' ? failure(init, invocation) : undefined;
  if (init && initFailure) {
    const { status = 'error', errorType } = initFailure;
    write(lines.initReport(init.durationMs, status, status === 'error' ? errorType : undefined));
  }
  write(lines.start(requestId, deployed.functionArn, version));
  let outcome: InvokeOutcome | undefined;
  if (!initFailure) {
    const timeoutMs = deployed.timeoutSeconds * 1_000;
    const deadline = Date.now() + timeoutMs;
    outcome = await sandbox.invoke({ requestId, invokedFunctionArn, deadline, payload, clientContext }, timeoutMs);
    takeOutput();
  }
  const error = initFailure ?? (outcome && outcome.type !== 'response' ? failure(outcome, invocation) : undefined);
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
    payload: error?.payload ?? (outcome?.type === 'response' ? outcome.payload : 'null'),
    failed: error !== undefined,
    log: Buffer.concat(parts),
  };
}

function failure(
  outcome: Exclude<InitOutcome | InvokeOutcome, { type: 'ready' | 'response' }>,
  { deployed, requestId }: Invocation,
): FunctionError {
  return outcome.type === 'error' ? raised(outcome) : broken(outcome, requestId, deployed.timeoutSeconds);
}
