/** Calls of AWS's JSON protocols to the endpoint that the functions' calls go to. */
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { isJsonObject, type Json, type JsonObject } from '../../../lib/wire';
import type { FunctionAccessSource } from '../lambda/functionAccess';
import { ServiceError } from './service';

/** One call. */
export interface JsonCall {
  /** In the signature's scope: `dynamodb`. */
  service: string;
  /** `DynamoDB_20120810.Scan` */
  target: string;
  version: '1.0' | '1.1';
  body: JsonObject;
}

export interface JsonCaller {
  /** Throws a ServiceError as the service answers it, and another Error where there is no such answer. */
  call(call: JsonCall, signal: AbortSignal): Promise<JsonObject>;
}

/** For how long credentials have to be good, in milliseconds. */
const neededMs = 60_000;

/** A client of one endpoint; it doesn't try again, as state machines do. */
export class JsonClient implements JsonCaller {
  constructor(
    private readonly endpointUrl: string,
    private readonly access: FunctionAccessSource,
    private readonly defaultRegion: string,
  ) {}

  /** @throws as the interface says */
  async call({ service, target, version, body }: JsonCall, signal: AbortSignal): Promise<JsonObject> {
    const { credentials, region = this.defaultRegion } = await this.access(neededMs);
    const { protocol, hostname, host, port, pathname } = new URL(this.endpointUrl);
    const text = JSON.stringify(body);
    const signed = await new SignatureV4({ service, region, credentials, sha256: Sha256 }).sign({
      method: 'POST',
      protocol,
      hostname,
      port: port === '' ? undefined : Number(port),
      path: pathname,
      headers: { host, 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target },
      body: text,
    });
    const response = await fetch(this.endpointUrl, { method: 'POST', headers: signed.headers, body: text, signal });
    const answer = parsed(await response.text());
    if (response.ok && isJsonObject(answer)) return answer;
    if (response.ok) throw new Error(`${target} was answered with what is no JSON object`);
    throw errorOf(response, isJsonObject(answer) ? answer : {});
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Its code stands in the body or a header, between a namespace and an address (Smithy, "AWS JSON protocols"). */
function errorOf({ status, headers }: Response, { __type, message, Message }: JsonObject): ServiceError {
  const type = headers.get('x-amzn-errortype') ?? (typeof __type === 'string' ? __type : 'Unknown');
  const code = type.replace(/^.*#|:.*$/g, '');
  const [said] = [message, Message].filter((one) => typeof one === 'string' && one !== '');
  // Recorded: what the AWS SDK for Java says where the service says nothing.
  return new ServiceError(code, status, (said as string | undefined) ?? `Service returned error code ${code}`);
}
