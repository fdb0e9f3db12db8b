interface Entry {
  bytes: number;
  forget: () => void;
}

/** Entries that were let go of before the list is made shorter: to do so costs as much as it has entries. */
const enough = 1_000;

/** The last ones of what takes memory, as far as they fit; the very last one whatever its size. */
export class Kept {
  private entries: (Entry | undefined)[] = [];
  /** Where the oldest one is. */
  private first = 0;
  private total = 0;

  constructor(private readonly limit: number) {}

  /** Takes one more. `forget` is called when it is let go of. */
  add(bytes: number, forget: () => void): void {
    this.entries.push({ bytes, forget });
    this.total += bytes;
    while (this.total > this.limit && this.first < this.entries.length - 1) this.dropOldest();
  }

  private dropOldest(): void {
    const oldest = this.entries[this.first];
    this.entries[this.first] = undefined;
    this.first += 1;
    this.total -= oldest?.bytes ?? 0;
    oldest?.forget();
    if (this.first < enough || this.first < this.entries.length / 2) return;
    this.entries = this.entries.slice(this.first);
    this.first = 0;
  }
}
