/** What an invocation may bring with it. */
import { isUtf8 } from 'node:buffer';
import { ServiceError } from '../http/service';

/** Bytes of a request's payload: 6 MB where the caller waits, 1 MB for an event (AWS Lambda quotas). */
const maximumBytes = { RequestResponse: 6_291_456, DryRun: 6_291_456, Event: 1_048_576 };

/**
 * The payload as JSON text; none is `{}`.
 * @throws RequestEntityTooLargeException and InvalidRequestContentException
 */
export function parsePayload(payload: Buffer, invocationType: keyof typeof maximumBytes): string {
  const limit = maximumBytes[invocationType];
  if (payload.length > limit) {
    // The API reference calls it RequestTooLargeException; this is what the service answers.
    throw new ServiceError(
      'RequestEntityTooLargeException',
      413,
      invocationType === 'Event'
        ? `${payload.length} byte payload is too large for the Event invocation type (limit ${limit} bytes)`
        : `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
    );
  }
  if (payload.length === 0) return '{}';
  if (!isUtf8(payload)) throw notJson('Invalid UTF-8');
  const text = payload.toString();
  try {
    JSON.parse(text);
  } catch (error) {
    throw notJson((error as Error).message);
  }
  return text;
}

/**
 * The JSON text in an X-Amz-Client-Context header, in ASCII, as it goes on in a header.
 * @throws InvalidRequestContentException
 */
export function parseClientContext(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = Buffer.from(header, 'base64').toString();
  try {
    return JSON.stringify(JSON.parse(text)).replace(/[\u007f-\uffff]/g, escaped);
  } catch {
    const message = 'Client context must be a valid Base64-encoded JSON object.';
    throw new ServiceError('InvalidRequestContentException', 400, message);
  }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function notJson(reason: string): ServiceError {
  return new ServiceError(
    'InvalidRequestContentException',
    400,
    `Could not parse request body into json: Could not parse payload into json: ${reason}`,
  );
}
