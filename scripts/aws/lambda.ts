import { InvokeCommand, LambdaClient, LambdaServiceException, type InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { callObserver, clientConfig, type AwsOptions } from './clientConfig';
import { kindOf, UnusableAnswerError } from './errors';

/** The calls of AWS Lambda that the direct mode makes. Errors are the SDK's own; nothing is tried again here. */
export interface Lambda {
  /**
   * Invoke with the type DryRun: validates the name and the caller's permission, and runs nothing.
   * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
   */
  check(functionName: string, signal: AbortSignal): Promise<void>;
  /**
   * Invoke with the log tail; resolves once the function has returned or raised. When the signal aborts, only the call
   * ends: Lambda has no way to stop an invocation.
   * @param payload JSON text
   */
  invoke(o: { functionName: string; payload: string }, signal: AbortSignal): Promise<InvocationAnswer>;
  /** The Region that the calls go to. */
  region(): Promise<string>;
  /** Closes idle connections. */
  close(): void;
}

/** What Lambda answers to an invocation. */
export interface InvocationAnswer {
  /** JSON text: what the function returned, or the error that it raised. */
  payload: string;
  /** Whether the payload is an error. */
  raised: boolean;
  /** The last 4 KB of its log. */
  log?: string;
  /** That ran: a number or `$LATEST`. */
  version?: string;
}

/**
 * Milliseconds that an invocation may take: the 900 s that a function may run at most (AWS Lambda quotas), and time for
 * its start.
 */
const longestInvocation = 960_000;
/** Milliseconds for a call that runs nothing. */
const longestCheck = 15_000;

/** Milliseconds after which TCP probes an idle connection: a NAT gateway drops one after 350 s. */
const keepAliveMsecs = 60_000;

/**
 * AWS Lambda through the SDK, without its retries: those of the direct mode are the state machine's.
 * @param maxConcurrency how many calls may be open at once: each needs a connection for as long as its function runs
 */
export function lambda(options: AwsOptions, maxConcurrency: number): Lambda {
  const shared = clientConfig(options);
  const agent = { maxSockets: maxConcurrency, keepAliveMsecs };
  const client = new LambdaClient({
    ...shared,
    maxAttempts: 1,
    requestHandler: {
      ...shared.requestHandler,
      requestTimeout: longestInvocation,
      // For an answer that stops in its middle.
      socketTimeout: longestInvocation,
      httpAgent: agent,
      httpsAgent: options.proxy?.agent({ ...agent, keepAlive: true }) ?? agent,
    },
  });
  client.middlewareStack.add(callObserver(options.onCall), { step: 'deserialize' });
  return {
    async check(functionName, abortSignal) {
      const command = new InvokeCommand({ FunctionName: functionName, InvocationType: 'DryRun' });
      const answer = await client.send(command, { abortSignal, requestTimeout: longestCheck });
      checkAnswer(answer, answer.StatusCode === 204, 'the status 204');
    },
    async invoke({ functionName, payload }, abortSignal) {
      const command = new InvokeCommand({ FunctionName: functionName, Payload: Buffer.from(payload), LogType: 'Tail' });
      const answer = await client.send(command, { abortSignal });
      const isLambdas = answer.StatusCode === 200 && answer.ExecutedVersion !== undefined;
      checkAnswer(answer, isLambdas, 'the status 200 and the header X-Amz-Executed-Version');
      return {
        payload: answer.Payload?.transformToString() ?? '',
        raised: answer.FunctionError !== undefined,
        log: answer.LogResult === undefined ? undefined : decodeLog(answer.LogResult),
        version: answer.ExecutedVersion,
      };
    },
    region: () => client.config.region(),
    close: () => client.destroy(),
  };
}

/**
 * Refuses an answer that something else than Lambda gave, such as the sign-in page of a network, which the SDK takes for
 * what the function returned. What Lambda answers is in botocore's model of Invoke and in
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_ResponseSyntax
 * @throws UnusableAnswerError
 */
function checkAnswer({ StatusCode, Payload }: InvokeCommandOutput, isLambdas: boolean, expected: string): void {
  if (!isLambdas) {
    const body = JSON.stringify(Payload?.transformToString().slice(0, 60) ?? '');
    throw new UnusableAnswerError(
      `The answer is not Lambda's: expected ${expected}, got the status ${StatusCode} and the body ${body}`,
    );
  }
}

/** The log is cut by bytes, so it may begin within a character: what is left of that one goes. */
function decodeLog(base64: string): string {
  return Buffer.from(base64, 'base64')
    .toString('utf8')
    .replace(/^\ufffd{1,3}/, '');
}

/**
 * The name that Step Functions gives an error of Invoke. Its SDK calls `SdkClientException` what no service answered, and
 * `AWSLambdaException` what the API doesn't list; of those, what the caller did wrong keeps its own name here, as trying
 * again is no use.
 * https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
 */
export function lambdaErrorName(error: unknown): string {
  if (!(error instanceof LambdaServiceException)) return 'Lambda.SdkClientException';
  const listed = error.constructor !== LambdaServiceException;
  if (!listed && ['throttled', 'unreachable'].includes(kindOf(error))) return 'Lambda.AWSLambdaException';
  return `Lambda.${error.name.replace(/(Exception)?$/, 'Exception')}`;
}
