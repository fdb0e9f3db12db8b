import { setFlagsFromString } from 'node:v8';
import type { ResultBucket } from './resultBucket';
import type { StepFunctions } from './stepFunctions';
import { openAccess, type AccessOptions, type AwsAccess } from './awsAccess';
import type { CommandIo } from '../io/commandIo';
import { patiently } from './patience';
import type { Talk } from '../terminal/talk';
import { parseStateMachineArn, stateMachineOfStack, type FoundTest } from './target';

/** Which state machine, and where. */
export interface StateMachineOptions extends AccessOptions {
  /** ARN; else that of the stack. */
  stateMachine?: string;
}

/** The state machine to start and the service to start it with. */
export interface Connection {
  api: StepFunctions;
  stateMachineArn: string;
  /** Path of its construct; undefined where the state machine was named itself. */
  test?: string;
  /** Where a distributed execution leaves its results. Its part of the SDK is loaded with the first call. */
  bucket(): Promise<ResultBucket>;
  /** Whether the calls go to AWS itself rather than to an endpoint that stands in for it. */
  isAws(): boolean;
  close(): Promise<void>;
}

/**
 * Finds the state machine, on AWS or, with `--local`, on an endpoint on this machine that serves the app.
 *
 * The modules with the SDK's clients and the local endpoint are loaded here, when they are needed: that makes help and
 * messages about wrong flags quick.
 * @throws UserError for an unknown stack, one without a system test, missing credentials, a missing Region
 * @throws NoVerdictError where AWS refuses
 */
export async function connect(options: StateMachineOptions, io: CommandIo, talk: Talk): Promise<Connection> {
  // The Region of a state machine's ARN is the one to call, whatever the environment says.
  const region = options.region ?? parseStateMachineArn(options.stateMachine ?? '')?.region;
  const access = await openAccess({ ...options, region }, io, talk);
  try {
    const { aws } = access;
    const [{ arn: stateMachineArn, test }, { stepFunctions }] = await Promise.all([
      findMachine(options, access, io),
      import('./stepFunctions'),
    ]);
    const api = stepFunctions(aws);
    let bucket: ResultBucket | undefined;
    return {
      api,
      stateMachineArn,
      test,
      bucket: async () => {
        // Hundreds of thousands of results pass through: V8 lets the heap grow less then (122 in place of 170 MiB in all).
        setFlagsFromString('--optimize-for-size');
        return (bucket ??= (await import('./resultBucket')).resultBucket(aws));
      },
      isAws: () => access.isAws(),
      close: () => {
        api.close();
        bucket?.close();
        return access.close();
      },
    };
  } catch (error) {
    await access.close();
    throw error;
  }
}

async function findMachine(
  { stateMachine, test }: StateMachineOptions,
  { stack, aws }: AwsAccess,
  io: CommandIo,
): Promise<FoundTest> {
  if (stateMachine !== undefined) return { arn: stateMachine };
  const { stackOutputs } = await import('./cloudFormation');
  return stateMachineOfStack({ stack, test, read: (name) => patiently(() => stackOutputs(name, aws), io) });
}
