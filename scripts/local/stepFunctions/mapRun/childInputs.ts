import type { Json, JsonObject } from '../../../../lib/wire';
import { Document } from '../document';
import { dataLimitExceeded } from '../failure';
import type { Template } from '../payloadTemplate';
import type { StateRun } from '../stateRun';

/** Items that are read but wait for a child: so many that a Map Run knows its total early, and no more. */
const readAhead = 100_000;

/** What a child is started with. */
export interface ChildInput {
  input: Document;
  /** How many items it has to process. */
  itemCount: number;
}

/** The items of a Map Run, in parts that are read as they are asked for. */
export interface Dataset {
  /**
   * `STATE_DATA`, `s3://bucket/key`, `s3://bucket` (developer guide, "Accessing execution data from the Context object").
   * Undefined: the Map is an inline one.
   */
  source?: string;
  parts: Iterable<Json[]> | AsyncIterable<Json[]>;
}

export interface Batching {
  maxItems: number;
  /** Of the input, with all that is around the items. */
  maxBytes: number;
  /** What each batch gets. */
  input?: Json;
}

/**
 * The inputs of a Map Run's children: items as they are read, each through the ItemSelector, then in batches (developer
 * guide, "Map state input and output fields", has the order).
 */
export class ChildInputs {
  /** Of the items that were read so far. */
  totalItems = 0;
  /** Whether that is all. */
  allRead = false;
  private readonly parts: Json[][] = [];
  /** In the first part. */
  private position = 0;
  private waitingItems = 0;
  private index = 0;
  /** What the last batch had no room for. */
  private held: Document | undefined;
  /** What was made for children that were not started, the first one last. */
  private readonly returned: ChildInput[] = [];
  private failure: { error: unknown } | undefined;
  private progressed: () => void = () => undefined;
  private closed = false;

  constructor(
    private readonly dataset: Dataset,
    private readonly options: { selector?: Template; batching?: Batching },
    private readonly run: StateRun,
  ) {
    void this.read();
  }

  /** At most; bytes may allow fewer. */
  get itemsPerChild(): number {
    return this.options.batching?.maxItems ?? 1;
  }

  /** The input of the next child; undefined where there is none. Throws a StateFailure. */
  async next(): Promise<ChildInput | undefined> {
    const returned = this.returned.pop();
    if (returned) return returned;
    const { batching } = this.options;
    if (batching) return this.nextBatch(batching);
    const input = await this.nextItem();
    return input && { input, itemCount: 1 };
  }

  /** Takes back inputs that no child was started with, in their order. */
  giveBack(inputs: ChildInput[]): void {
    for (const input of [...inputs].reverse()) this.returned.push(input);
  }

  /** Items that are held in memory. */
  get waiting(): number {
    return this.waitingItems;
  }

  /** Reads no more. */
  close(): void {
    this.closed = true;
    this.progressed();
  }

  private async read(): Promise<void> {
    try {
      for await (const part of this.dataset.parts) {
        if (part.length > 0) this.parts.push(part);
        this.totalItems += part.length;
        this.waitingItems += part.length;
        this.progressed();
        while (this.waitingItems >= readAhead && !this.closed) await this.progress();
        if (this.closed) return;
      }
      this.allRead = true;
    } catch (error) {
      this.failure = { error };
    } finally {
      this.progressed();
    }
  }

  /** Resolves when something was read or taken. Only one waits at a time: the reader for room, or a child for items. */
  private progress(): Promise<void> {
    return new Promise((resolve) => {
      this.progressed = resolve;
    });
  }

  private async nextItem(): Promise<Document | undefined> {
    if (this.held) {
      const { held } = this;
      this.held = undefined;
      return held;
    }
    while (this.parts.length === 0 && !this.allRead && !this.closed && !this.failure) await this.progress();
    if (this.failure) throw this.failure.error;
    const [part] = this.parts;
    if (part === undefined || this.closed) return undefined;
    const item = part[this.position] as Json;
    this.position += 1;
    if (this.position === part.length) {
      this.parts.shift();
      this.position = 0;
    }
    this.waitingItems -= 1;
    this.progressed();
    const input = new Document(await this.selected(item));
    if (!input.fits) throw dataLimitExceeded(this.run.state.name);
    return input;
  }

  private selected(item: Json): Json | Promise<Json> {
    const { selector } = this.options;
    const { source } = this.dataset;
    const Item = { Index: this.index, Value: item, ...(source !== undefined && { Source: source }) };
    this.index += 1;
    return selector ? selector.evaluate(this.run.bindings({ item: { Item } })) : item;
  }

  private async nextBatch({ maxItems, maxBytes, input }: Batching): Promise<ChildInput | undefined> {
    const fixed: JsonObject = { ...(input !== undefined && { BatchInput: input }), Items: [] };
    let bytes = Buffer.byteLength(JSON.stringify(fixed));
    const items: Json[] = [];
    while (items.length < maxItems) {
      const item = await this.nextItem();
      if (item === undefined) break;
      const more = Buffer.byteLength(item.text) + (items.length > 0 ? 1 : 0);
      if (bytes + more > maxBytes) {
        if (items.length === 0) throw dataLimitExceeded(this.run.state.name);
        this.held = item;
        break;
      }
      items.push(item.value);
      bytes += more;
    }
    return items.length === 0
      ? undefined
      : { input: new Document({ ...fixed, Items: items }), itemCount: items.length };
  }
}
