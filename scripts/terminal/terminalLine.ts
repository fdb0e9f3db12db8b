import stringWidth from 'string-width';
import type { OutputStream } from '../io/commandIo';

/** A terminal tells how wide it is. */
type Terminal = OutputStream & { columns?: number };

/** One line of a terminal that is drawn over and over. */
export interface TerminalLine {
  /** Draws the text over the one before, cut to what fits. */
  draw(text: string): void;
  /** Takes the line away; the cursor is then where it was before the first drawing. */
  clear(): void;
}

const eraseRest = '\u001b[J';

/**
 * The line never fills the last column and no line break follows it, so it never scrolls. It is written over in one
 * piece, so it doesn't flicker. Where the terminal was made narrower meanwhile, what it broke into several rows is
 * found and erased. The cursor stays visible: hiding it would need a handler that brings it back however the process
 * ends.
 */
export function terminalLine(stream: OutputStream): TerminalLine {
  const columns = () => (stream as Terminal).columns ?? 80;
  let shown = '';
  let shownWidth = 0;
  const toStart = () => {
    const rowsAbove = Math.max(0, Math.ceil(shownWidth / columns()) - 1);
    return rowsAbove > 0 ? `\u001b[${rowsAbove}A\r` : '\r';
  };
  return {
    draw: (text) => {
      const line = fitting(text, columns() - 1);
      if (line === shown && shownWidth < columns()) return;
      stream.write(toStart() + line + eraseRest);
      shown = line;
      shownWidth = stringWidth(line);
    },
    clear: () => {
      if (shown !== '') {
        stream.write(toStart() + eraseRest);
        shown = '';
        shownWidth = 0;
      }
    },
  };
}

/** As much of the text as fits in so many columns; an ellipsis says that there is more. */
function fitting(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > columns - 1) break;
    kept += segment;
  }
  return columns > 0 ? `${kept}…` : '';
}
