const fieldEnd = '\n\r"\\';

/**
 * Splits text that arrives in parts into the rows of a CSV file, by the rules of Step Functions (developer guide, "ItemReader
 * (Map)", CSV file): quotes may enclose a field, a doubled one stands for itself, and a backslash goes before a backslash,
 * a quote or a delimiter; before anything else it is dropped.
 */
export class CsvRows {
  private row: string[] = [];
  private field = '';
  private quoted = false;
  /** What the next part decides about: a quote, a backslash or a carriage return at the end of the last one. */
  private rest = '';

  constructor(private readonly delimiter: string) {}

  /** The rows that end in this part. */
  push(part: string): string[][] {
    return this.split(this.rest + part, false);
  }

  /**
   * The last row, where no line break ends it.
   * @throws an Error where a quote is open
   */
  end(): string[][] {
    const rows = this.split(this.rest, true);
    if (this.quoted) throw new Error('The file ends within a quoted field.');
    if (this.row.length > 0 || this.field !== '') this.endRow(rows);
    return rows;
  }

  private split(text: string, isLast: boolean): string[][] {
    const rows: string[][] = [];
    let at = 0;
    while (at < text.length) {
      const from = at;
      while (at < text.length && !this.isSpecial(text.charAt(at))) at += 1;
      this.field += text.slice(from, at);
      const special = text.charAt(at);
      const next = text.charAt(at + 1);
      if (next === '' && !isLast && (special === '"' || special === '\\' || special === '\r')) break;
      at += special === '' ? 0 : this.take(special, next, rows);
    }
    this.rest = text.slice(at);
    return rows;
  }

  private isSpecial(character: string): boolean {
    return character === this.delimiter || fieldEnd.includes(character);
  }

  /** Gives how many characters it took. */
  private take(special: string, next: string, rows: string[][]): number {
    if (special === '\\') {
      if (next !== '\\' && next !== '"' && next !== this.delimiter) return 1;
      this.field += next;
      return 2;
    }
    if (special === '"') {
      if (next === '"' && (this.quoted || this.field !== '')) {
        this.field += '"';
        return 2;
      }
      if (this.quoted || this.field === '') this.quoted = !this.quoted;
      else this.field += special;
      return 1;
    }
    if (this.quoted) {
      this.field += special;
    } else if (special === this.delimiter) {
      this.row.push(this.field);
      this.field = '';
    } else {
      this.endRow(rows);
      if (special === '\r' && next === '\n') return 2;
    }
    return 1;
  }

  private endRow(rows: string[][]): void {
    rows.push([...this.row, this.field]);
    this.row = [];
    this.field = '';
  }
}
