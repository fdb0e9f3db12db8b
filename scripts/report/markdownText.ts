/**
 * Untrusted text in Markdown as GitHub renders it. All of it is put into code, because only there is a text sure to stay
 * what it is: GitHub finds mentions, issue numbers, commit hashes and links in the rendered text, so that backslashes
 * and character references don't keep them from working. It leaves code alone.
 */
import { printable, printableLine } from '../terminal/printable';

/** What can stand between backticks as it is, in a table's cell as well. */
const plain = /^[\p{L}\p{N} !#$%()*+,./:;=?@[\]^_{}~"'-]+$/u;

/**
 * One line of untrusted text as code, for running text and table cells. Text that backticks can't hold anywhere
 * (backticks, pipes, backslashes, angle brackets) becomes an HTML element in which every sign is a character reference:
 * those never count as Markdown (https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references).
 */
export function markdownCode(text: string): string {
  const line = printableLine(text);
  return plain.test(line) ? `\`${line}\`` : markdownCodeElement(line);
}

/** The same as an HTML element in any case, for where Markdown isn't read: inside `<summary>`. */
export function markdownCodeElement(text: string): string {
  const line = printableLine(text)
    .replace(/[!-/:-@[-`{-~]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    // GitHub links mail addresses wherever a whole one stands in one piece of text, read references included.
    .replaceAll('&#64;', '&#64;<!-- -->');
  return `<code>${line === '' ? '(empty)' : line}</code>`;
}

/** Lines of untrusted text as a fenced block of code, whose fence is longer than any run of backticks in it. */
export function markdownFence(text: string): string {
  const body = printable(text).replace(/\n+$/, '');
  const runs = body.match(/`+/g) ?? [];
  const fence = '`'.repeat(runs.reduce((longest, run) => Math.max(longest, run.length + 1), 3));
  return `${fence}text\n${body}\n${fence}`;
}
