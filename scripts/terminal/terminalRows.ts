import stringWidth from 'string-width';
import type { OutputStream } from '../io/commandIo';

/** A terminal tells how large it is. */
type Terminal = OutputStream & { columns?: number; rows?: number };

/** The last rows of a terminal, which are drawn over and over. */
export interface TerminalRows {
  /** How many columns a row has for text: the last three stay free. */
  columns(): number;
  /**
   * Draws the rows over those before, each cut to what fits, as many as fit.
   * @param above lines that stay on the screen above them, as they are
   */
  draw(rows: string[], above?: string[]): void;
  /** Takes the rows away; the cursor is then where it was before the first drawing. */
  clear(): void;
}

const eraseRest = '\u001b[J';
/** The last column, which would break the row, and what a terminal shows of Ctrl-C: `^C`. */
const freeColumns = 3;

/**
 * No row fills the last column and no line break follows the last one, so each stays one row. Where the terminal was made
 * narrower meanwhile, what it broke into several rows is found. All are erased before the next ones are drawn, in the same
 * write: tmux takes a broken row that is only written over for a part of the one below still, when it gets wider. The
 * cursor stays visible: hiding it would need a handler that brings it back however the process ends.
 */
export function terminalRows(stream: Terminal): TerminalRows {
  // A pseudo terminal may say 0.
  const width = () => stream.columns || 80;
  const columns = () => Math.max(0, width() - freeColumns);
  let shown: string[] = [];
  const toStart = () => {
    const rowsAbove = shown.reduce((sum, row) => sum + Math.max(1, Math.ceil(stringWidth(row) / width())), 0) - 1;
    return rowsAbove > 0 ? `\u001b[${rowsAbove}A\r` : '\r';
  };
  return {
    columns,
    draw: (given, above = []) => {
      const rows = given.slice(0, Math.max(1, (stream.rows || 24) - 1)).map((row) => fitting(row, columns()));
      if (above.length === 0 && rows.join('\n') === shown.join('\n')) return;
      stream.write(toStart() + eraseRest + [...above, ...rows].join('\n'));
      shown = rows;
    },
    clear: () => {
      if (shown.length > 0) {
        stream.write(toStart() + eraseRest);
        shown = [];
      }
    },
  };
}

/** As much of the text as fits in so many columns; an ellipsis says that there is more. */
export function fitting(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > columns - 1) break;
    kept += segment;
  }
  return columns > 0 ? `${kept}…` : '';
}
