import { type Json, limits } from '../../../lib/wire';

/**
 * A JSON value with its text, which is made once and then shared: the output of a state, the input of the next one and
 * their events are the same string in memory. The value is never changed.
 */
export class Document {
  private serialized: string | undefined;

  constructor(readonly value: Json) {}

  /** Compact JSON. */
  get text(): string {
    return (this.serialized ??= JSON.stringify(this.value));
  }

  /** Whether it fits into the quota for a payload, in bytes of UTF-8. */
  get fits(): boolean {
    // A UTF-16 unit takes at most three bytes: only long texts need counting.
    return this.text.length * 3 <= limits.payloadBytes || Buffer.byteLength(this.text) <= limits.payloadBytes;
  }
}
