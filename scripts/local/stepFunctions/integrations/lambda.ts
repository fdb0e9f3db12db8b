/** Both integrations of Lambda. */
import { randomUUID } from 'node:crypto';
import { isJsonObject, type Json, type JsonObject } from '../../../../lib/wire';
import type { Clock } from '../../../io/clock';
import type { ServiceError } from '../../http/service';
import type { InvokeRequest, InvokeResult } from '../../lambda/invoke';
import { StateFailure } from '../failure';
import { parseJson } from '../parseJson';
import type { ArgumentTypes } from './arguments';
import type { Integration } from './integration';

const lambdaArguments: ArgumentTypes = {
  FunctionName: { type: 'string', required: true },
  Payload: { type: 'blob' },
  Qualifier: { type: 'string' },
  InvocationType: { type: 'string', choices: ['RequestResponse', 'Event', 'DryRun'] },
  LogType: { type: 'string', choices: ['None', 'Tail'] },
};

/** `InvocationResponse` of the API's model; a blob is a text. */
const lambdaResult = {
  StatusCode: 'number',
  FunctionError: 'string',
  LogResult: 'string',
  Payload: 'string',
  ExecutedVersion: 'string',
} as const;

const common = { resource: 'invoke', service: 'Lambda', arguments: lambdaArguments, result: lambdaResult };

/** The optimised integration fails with the errors of the function; with the SDK's they are data. */
export const lambdaIntegrations: Integration[] = [
  {
    ...common,
    resourceType: 'lambda',
    call: async (parameters, { invoker, clock }) => {
      // Recorded: a text goes to the function as it is, and null as `{}`.
      const { Payload } = parameters;
      const text = typeof Payload === 'string' ? Payload : JSON.stringify(Payload ?? {});
      return optimizedResult(await invoker.invoke(toRequest(parameters, text)), clock);
    },
    failure: optimizedFailure,
  },
  {
    ...common,
    resourceType: 'aws-sdk:lambda',
    call: async (parameters, { invoker }) => {
      // Recorded: the API gets any blob as JSON.
      const { Payload = {} } = parameters;
      return sdkResult(await invoker.invoke(toRequest(parameters, JSON.stringify(Payload))));
    },
  },
];

/** The Arguments were checked before. */
function toRequest(parameters: JsonObject, payload: string): InvokeRequest {
  const { FunctionName, Qualifier, InvocationType, LogType } = parameters;
  return {
    functionName: FunctionName as string,
    qualifier: (Qualifier ?? undefined) as string | undefined,
    invocationType: (InvocationType ?? undefined) as InvokeRequest['invocationType'],
    logType: (LogType ?? undefined) as InvokeRequest['logType'],
    payload: Buffer.from(payload),
  };
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

/** Named as by the SDK integration, but for the cause (recorded). */
function optimizedFailure({ name, status, message }: ServiceError): StateFailure {
  const exception = name.endsWith('Exception') ? name : `${name}Exception`;
  const details = `Service: AWSLambda; Status Code: ${status}; Error Code: ${exception}`;
  return new StateFailure(`Lambda.${exception}`, `${message} (${details}; Request ID: ${randomUUID()}; Proxy: null)`);
}
