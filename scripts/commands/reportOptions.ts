/** The flags of what becomes of a result, the same for every command that has one: `run`, `invoke` and `report`. */
import type { Command } from 'commander';
import { parseRedactPattern } from '../result/redaction';
import { reportFormats, type ReportRequest } from '../report/reports';
import { expected, nonEmpty } from './flagValues';

/** Adds the flags; `optionsGroup` comes first. */
export function addReportOptions(command: Command): Command {
  return command
    .optionsGroup('What to report:')
    .option(
      '--report <FORMAT[=FILE]>',
      `${list(reportFormats)}, to standard output or a file; repeatable (default: text). A FILE with %d splits junit`,
      report,
    )
    .option(
      '--known-failures <FILE>',
      'JSON list of configurations whose failure is excused until a date',
      nonEmpty('--known-failures'),
    )
    .option('--strict', 'fail when a configuration passed only when run again')
    .option('--redact <REGEX>', 'take out of all reports what matches; repeatable', redact)
    .option('--no-redact-credentials', 'leave in what looks like a credential')
    .option('--no-cost', 'do not tell the cost')
    .option('--no-color', 'no colours');
}

/** Collects the repeated flag. */
export function report(text: string, earlier: ReportRequest[] = []): ReportRequest[] {
  const separator = text.indexOf('=');
  const [name, file] = separator < 0 ? [text] : [text.slice(0, separator), text.slice(separator + 1)];
  const format = reportFormats.find((one) => one === name);
  if (!format || file === '') {
    throw expected('--report', `FORMAT or FORMAT=FILE, the format one of ${reportFormats.join(', ')}`, text);
  }
  return [...earlier, { format, file }];
}

function redact(text: string, earlier: RegExp[] = []): RegExp[] {
  return [...earlier, parseRedactPattern(text)];
}

function list(words: string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
