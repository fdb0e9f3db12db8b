/** What a Map Run's children leave: the result of the Map state, or files in S3 (developer guide, "ResultWriter (Map)"). */
import { Readable } from 'node:stream';
import { type Json, type JsonObject, limits } from '../../../../lib/wire';
import type { ObjectStore } from '../../s3/objectStore';
import type { ResultWriter } from '../definition/definition';
import { StateFailure } from '../failure';
import type { ExecutionFacts } from '../execution';
import { redriveOf } from '../redrive';
import type { ItemLocation } from './itemReader';

/** Results that are written to a file at once. */
const resultsInAPart = 1_000;

/** Where the files are written. */
export interface ResultLocation {
  objects: ObjectStore;
  bucket: string;
  /** With a slash at its end, if it isn't empty. */
  folder: string;
}

/** The results of a Map Run's children as JSON texts, in the order of their items. */
export class MapResults {
  /** Undefined: the child has not ended, or its result is not needed. */
  private readonly byChild: ({ text: string; failed: boolean } | undefined)[] = [];
  private characters = 0;

  constructor(
    private readonly writer: ResultWriter | undefined,
    private readonly location: ItemLocation | undefined,
  ) {}

  /** Keeps a place for the next child. */
  reserve(): void {
    this.byChild.push(undefined);
  }

  /** Takes the result of a child that ended. */
  add(index: number, execution: ExecutionFacts): void {
    // What doesn't fit into the state's result won't be asked for.
    if (this.isTooLarge) return;
    const failed = execution.status !== 'SUCCEEDED';
    const text =
      failed || this.transformation === 'NONE' ? JSON.stringify(described(execution)) : this.compact(execution);
    const before = this.byChild[index];
    this.characters += text.length + 1 - (before ? before.text.length + 1 : 0);
    this.byChild[index] = { text, failed };
  }

  private get transformation(): ResultWriter['transformation'] {
    return this.writer?.transformation ?? 'COMPACT';
  }

  /** A list that is flattened loses its brackets, and an empty one all of it. */
  private compact({ output = 'null' }: ExecutionFacts): string {
    return this.transformation === 'FLATTEN' && output.startsWith('[') ? output.slice(1, -1) : output;
  }

  private get isTooLarge(): boolean {
    return this.location === undefined && this.characters > limits.payloadBytes + 1;
  }

  /** The result of the state; where it is above the quota of a payload, as much of it as is. */
  get result(): Json[] {
    return JSON.parse(`[${this.texts(() => true).join(',')}]`) as Json[];
  }

  private texts(wanted: (result: { failed: boolean }) => boolean): string[] {
    return this.byChild.flatMap((result) => (result && wanted(result) && result.text !== '' ? [result.text] : []));
  }

  /**
   * Writes the files and the manifest that names them, and gives the result of the state.
   * @param pending the inputs of the children that were not started
   * @throws a StateFailure `States.ResultWriterFailed`
   */
  async write(mapRunArn: string, { objects, bucket, folder }: ResultLocation, pending: string[]): Promise<JsonObject> {
    const groups: Record<string, string[]> = {
      FAILED: this.texts(({ failed }) => failed),
      PENDING: pending.map((Input) => JSON.stringify({ Input, InputDetails: { Included: true }, Status: 'PENDING' })),
      SUCCEEDED: this.texts(({ failed }) => !failed),
    };
    const files: Record<string, Json[]> = {};
    const put = (name: string, content: AsyncIterable<Buffer> | Buffer) =>
      objects.putObject(bucket, `${folder}${name}`, content);
    try {
      for (const [status, texts] of Object.entries(groups)) {
        const name = `${status}_0.json`;
        const stored = texts.length === 0 ? [] : [await put(name, Readable.from(this.content(texts)))];
        files[status] = stored.map(({ size }) => ({ Key: `${folder}${name}`, Size: size }));
      }
      const manifest = { DestinationBucket: bucket, MapRunArn: mapRunArn, ResultFiles: files };
      await put('manifest.json', Buffer.from(JSON.stringify(manifest)));
    } catch (error) {
      const { name, message } = error as Error;
      // AWS's own words are not recorded.
      const cause = `Writing the results to s3://${bucket}/${folder} failed. ${name}: ${message}`;
      throw new StateFailure('States.ResultWriterFailed', cause);
    }
    return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: bucket, Key: `${folder}manifest.json` } };
  }

  private *content(texts: string[]): Generator<Buffer> {
    const isJson = this.writer?.outputType !== 'JSONL';
    const separator = isJson ? ',' : '\n';
    if (isJson) yield Buffer.from('[');
    for (let from = 0; from < texts.length; from += resultsInAPart) {
      const part = texts.slice(from, from + resultsInAPart).join(separator);
      yield Buffer.from(from === 0 ? part : separator + part);
    }
    yield Buffer.from(isJson ? ']' : '\n');
  }
}

/** The result with the transformation NONE, in the order that is recorded. */
function described(execution: ExecutionFacts): JsonObject {
  const { executionArn, machine, child, name, status, startedAt, stoppedAt = 0 } = execution;
  const { input = '', output, error, cause } = execution;
  const { redriveStatus, redriveStatusReason } = redriveOf(execution);
  return {
    ...(cause !== undefined && { Cause: cause }),
    ...(error !== undefined && { Error: error }),
    ExecutionArn: executionArn,
    Input: input,
    InputDetails: { Included: true },
    Name: name,
    ...(output !== undefined && { Output: output }),
    OutputDetails: { Included: true },
    RedriveCount: execution.redriveCount,
    ...(!child?.isExpress && {
      RedriveStatus: redriveStatus,
      ...(redriveStatusReason !== undefined && { RedriveStatusReason: redriveStatusReason }),
    }),
    StartDate: new Date(startedAt).toISOString(),
    StateMachineArn: machine.deployed.stateMachineArn,
    Status: status,
    StopDate: new Date(stoppedAt).toISOString(),
  };
}
