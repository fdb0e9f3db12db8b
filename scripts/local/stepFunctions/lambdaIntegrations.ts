import { randomUUID } from 'node:crypto';
import { isJsonObject, type Json, type JsonObject } from '../../../lib/wire';
import type { Clock } from '../../io/clock';
import type { InvokeRequest, InvokeResult, Invoker } from '../lambda/invoke';
import { ServiceError } from '../http/service';
import type { LambdaIntegration } from './definition/definition';
import { StateFailure } from './failure';
import { parseJson } from './parseJson';

/**
 * Invokes a function as a Task state does, and gives the task's result. Throws a StateFailure for the errors of the
 * platform and, with the optimised integration `lambda`, for those of the function; with `aws-sdk:lambda` an error of the
 * function is data.
 */
export async function invokeLambda(
  integration: LambdaIntegration,
  parameters: JsonObject,
  { invoker, clock }: { invoker: Invoker; clock: Clock },
  signal: AbortSignal,
): Promise<JsonObject> {
  let result: InvokeResult;
  try {
    result = await invoker.invoke(toRequest(integration, parameters, signal));
  } catch (error) {
    throw platformFailure(integration, error);
  }
  return integration === 'lambda' ? optimizedResult(result, clock) : sdkResult(result);
}

/** The Arguments were checked before. */
function toRequest(integration: LambdaIntegration, parameters: JsonObject, signal: AbortSignal): InvokeRequest {
  const { FunctionName, Payload, Qualifier, InvocationType, LogType } = parameters;
  return {
    functionName: FunctionName as string,
    qualifier: Qualifier as string | undefined,
    invocationType: InvocationType as InvokeRequest['invocationType'],
    logType: LogType as InvokeRequest['logType'],
    payload: Buffer.from(payloadText(integration, Payload)),
    signal,
  };
}

/** Recorded: the SDK integration gives the API any blob as JSON; the optimised one a text as it is, and null as `{}`. */
function payloadText(integration: LambdaIntegration, payload: Json = {}): string {
  if (integration === 'aws-sdk:lambda') return JSON.stringify(payload);
  return typeof payload === 'string' ? payload : JSON.stringify(payload ?? {});
}

/** The response of the API with the SDK's names. */
function sdkResult(result: InvokeResult): JsonObject {
  return {
    ...(result.executedVersion !== '' && { ExecutedVersion: result.executedVersion }),
    ...(result.functionError !== undefined && { FunctionError: result.functionError }),
    ...(result.logResult !== undefined && { LogResult: result.logResult }),
    Payload: result.payload.toString(),
    StatusCode: result.statusCode,
  };
}

/** The payload is parsed, and an error of the function fails the task. */
function optimizedResult(result: InvokeResult, clock: Clock): JsonObject {
  const text = result.payload.toString();
  if (result.functionError !== undefined) throw functionFailure(text);
  return {
    ...(result.executedVersion !== '' && { ExecutedVersion: result.executedVersion }),
    ...(result.logResult !== undefined && { LogResult: result.logResult }),
    Payload: parsePayload(text),
    SdkHttpMetadata: httpMetadata(result, clock),
    SdkResponseMetadata: { RequestId: result.requestId },
    StatusCode: result.statusCode,
  };
}

function parsePayload(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

/** As recorded; without the trace id, since nothing is traced. */
function httpMetadata(result: InvokeResult, clock: Clock): JsonObject {
  const headers: Record<string, string> = {
    'X-Amz-Executed-Version': result.executedVersion,
    'x-amzn-Remapped-Content-Length': '0',
    Connection: 'keep-alive',
    'x-amzn-RequestId': result.requestId,
    'Content-Length': String(result.payload.length),
    Date: new Date(clock.now()).toUTCString(),
    'Content-Type': 'application/json',
  };
  return {
    AllHttpHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    HttpHeaders: headers,
    HttpStatusCode: result.statusCode,
  };
}

/** The error is the function's `errorType`, the cause its whole payload (recorded). */
function functionFailure(payload: string): StateFailure {
  const error = parsePayload(payload);
  if (isJsonObject(error) && typeof error.errorType === 'string' && error.errorType !== '') {
    return new StateFailure(error.errorType, payload);
  }
  return new StateFailure(
    'Lambda.Unknown',
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${payload}`,
  );
}

/** Both integrations name the SDK's exception; their causes differ (recorded). */
function platformFailure(integration: LambdaIntegration, error: unknown): unknown {
  if (!(error instanceof ServiceError)) return error;
  const { name, status, message } = error;
  const exception = name.endsWith('Exception') ? name : `${name}Exception`;
  const requestId = randomUUID();
  const details =
    integration === 'lambda'
      ? `Service: AWSLambda; Status Code: ${status}; Error Code: ${exception}; Request ID: ${requestId}; Proxy: null`
      : `Service: Lambda, Status Code: ${status}, Request ID: ${requestId}`;
  return new StateFailure(`Lambda.${exception}`, `${message} (${details})`);
}
