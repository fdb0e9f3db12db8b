interface Entry {
  bytes: number;
  forget: () => void;
}

/** The last ones of what takes memory, as far as they fit; the very last one whatever its size. */
export class Kept {
  private readonly entries: Entry[] = [];
  private total = 0;

  constructor(private readonly limit: number) {}

  /** Takes one more. `forget` is called when it is let go of. */
  add(bytes: number, forget: () => void): void {
    this.entries.push({ bytes, forget });
    this.total += bytes;
    while (this.total > this.limit && this.entries.length > 1) {
      const oldest = this.entries.shift() as Entry;
      this.total -= oldest.bytes;
      oldest.forget();
    }
  }
}
