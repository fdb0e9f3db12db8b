/** What a page of figures has: a table, where ours lose, and where and when it was measured. */

/** A row of the table. */
export interface Figure<Name extends string, Measured> {
  what: string;
  of: (measured: Measured) => number;
  digits?: number;
  /** With whom ours are compared, the lower the better; none: it is no question of better and worse. */
  against?: Name[];
}

/** Where and when it was measured. */
export interface Setting {
  date: string;
  versions: string[];
  machine: string;
  /** Of the last minute, before and after. */
  load: [number, number];
  rounds: number;
}

/** A table, in Markdown: the first column is text, the others are numbers. */
export function table(header: string[], rows: string[][]): string {
  return [header, header.map((_, column) => (column === 0 ? '---' : '--:')), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** The table, in Markdown, with a column for each that was measured. */
export function tableOf<Name extends string, Measured extends { name: string }>(
  figures: Figure<Name, Measured>[],
  columns: Measured[],
): string {
  const rows = figures.map(({ what, of, digits }) => [what, ...columns.map((column) => of(column).toFixed(digits))]);
  return table(['', ...columns.map(({ name }) => name)], rows);
}

/** One sentence for each figure in which one of ours takes more than a peer. */
export function lossesOf<Name extends string, Measured extends { name: string }>(
  figures: Figure<Name, Measured>[],
  all: Record<Name, Measured>,
  ours: Name[],
): string[] {
  return ours.flatMap((name) =>
    figures.flatMap(({ what, of, digits, against = [] }) =>
      against.flatMap((peer) => {
        const [own, other] = [of(all[name]), of(all[peer])].map((value) => value.toFixed(digits));
        if (Number(own) <= Number(other)) return [];
        return `${all[name].name} takes more than ${all[peer].name}, *${what}*: ${own} against ${other}.`;
      }),
    ),
  );
}

/** Where, when and with what it was measured, up to the number of rounds. */
export function measuredOn({ date, versions, machine, load, rounds }: Setting): string {
  const [before, after] = load.map((each) => each.toFixed(1));
  return `Measured on ${date} with ${versions.join(', ')};
${machine}, load ${before} before and ${after} after. Medians of ${rounds} rounds`;
}
