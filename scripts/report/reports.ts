import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access, constants, readlink, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { createColors } from 'picocolors';
import type { Colors } from 'picocolors/types';
import type { RunResult } from '../../lib/wire';
import { redactResult, type Redactor } from '../result/redaction';
import { disagreementSentence } from '../result/untested';
import { wantsColor, type CommandIo } from '../io/commandIo';
import type { Talk } from '../terminal/talk';
import { UserError } from '../io/userError';
import { renderHtml } from './html/html';
import { githubReport } from './github';
import { jsonReport } from './json';
import { isJunitPattern, junitFileNames, junitNote, renderJunit, renderJunitFiles } from './junit';
import { jobSummaryBytes, leastBytes, renderMarkdown } from './markdown';
import { textReport } from './text';
import { isReadForCommands, jsonWithoutWorkflowCommands, withoutWorkflowCommands } from './workflowCommands';

/** The formats: what renders each (only text gets colours), and what takes orders to a CI server out of it. */
const formats = {
  text: { render: textReport, defuse: withoutWorkflowCommands },
  json: { render: jsonReport, defuse: jsonWithoutWorkflowCommands },
  junit: { render: (result) => renderJunit(result), defuse: withoutWorkflowCommands },
  markdown: { render: (result, _, o) => renderMarkdown(result, o), defuse: withoutWorkflowCommands },
  html: { render: renderHtml, defuse: jsonWithoutWorkflowCommands },
  // Its orders are its own; it takes them out of all other text by itself.
  github: { render: (result, _, o) => githubReport(result, o), defuse: (text) => text },
} satisfies Record<
  string,
  { render: (result: RunResult, colors: Colors, o: RenderOptions) => Report; defuse: (text: string) => string }
>;

interface RenderOptions {
  /** Whether equal errors are not grouped, in the formats that do. */
  full?: boolean;
}

/** A report as it is written: at once, or piece by piece, each of them whole lines or whole texts of JSON. */
type Report = string | Generator<string>;

export type ReportFormat = keyof typeof formats;

/** The formats of `--report`, for help and messages. */
export const reportFormats = Object.keys(formats) as ReportFormat[];

/** One `--report FORMAT[=FILE]`. */
export interface ReportRequest {
  format: ReportFormat;
  /** Undefined: standard output. */
  file?: string;
}

/** What is reported where nothing is asked for. */
export const defaultReports: ReportRequest[] = [{ format: 'text' }];

/** The flags that say what becomes of a result. */
export interface ReportOptions {
  report?: ReportRequest[];
  /** Whether reports tell the cost; default true. */
  cost: boolean;
  color: boolean;
  /** Whether equal errors are not grouped; default false. */
  full?: boolean;
}

/**
 * The report, piece by piece.
 * @param defused whether it is printed where a CI server takes orders from what is printed
 */
export function renderReport(
  format: ReportFormat,
  result: RunResult,
  colors: Colors,
  { defused = false, full }: RenderOptions & { defused?: boolean } = {},
): Iterable<string> {
  const { render, defuse } = formats[format];
  return pieces(render(result, colors, { full }), defused ? defuse : undefined);
}

/** Characters that are written at once. */
const pieceLength = 65_536;

function* pieces(report: Report, defuse = (text: string) => text): Generator<string> {
  let piece = '';
  for (const text of typeof report === 'string' ? [report] : report) {
    piece += defuse(text);
    if (piece.length >= pieceLength) {
      yield piece;
      piece = '';
    }
  }
  yield piece;
}

/**
 * Makes sure before the run that its reports can be written after it, each to a place of its own.
 * @param inputs files that the command reads, which no report overwrites; `-` is standard input, anything else than a text is none
 * @throws UserError where two reports have one place, by whatever path or link, or a report that of an input; where a
 * file is a directory, its name is too long, or its directory is missing or not writable
 */
export async function checkReports(
  reports: { format: string; file?: string }[],
  inputs: (string | true | undefined)[],
): Promise<void> {
  const files = inputs.filter((file) => typeof file === 'string');
  const read = new Set(await Promise.all(files.map((file) => placeOf(file === '-' ? '/dev/stdin' : file))));
  const written = new Set<string>();
  for (const { format, file } of reports) {
    const names = file !== undefined && format === 'junit' && isJunitPattern(file) ? junitFileNames(file, 20) : [file];
    const places = await Promise.all(names.map(placeOf));
    if (places.some((place) => read.has(place))) {
      throw new UserError(`Expected --report to name a file that is not read, got the input ${file}.`);
    }
    if (places.some((place) => written.has(place))) {
      throw new UserError(`Expected each --report in a place of its own, got two for ${file ?? 'standard output'}.`);
    }
    places.forEach((place) => written.add(place));
    if (file !== undefined) {
      await checkWritable(file);
    }
  }
}

/** What two paths to one file have in common, and no others. Without a path, standard output. */
async function placeOf(file: string | undefined): Promise<string> {
  if (file === undefined) return '';
  const existing = await stat(file, { bigint: true }).catch((error: unknown) => (error as NodeJS.ErrnoException).code);
  if (typeof existing === 'object' && existing.isFile()) return `${existing.dev}:${existing.ino}`;
  // Another report may make the file that a link leads to.
  const target = existing === 'ENOENT' ? await readlink(file).catch(() => undefined) : undefined;
  if (target !== undefined) return placeOf(resolve(dirname(file), target));
  // Devices may be one and the same: a terminal is standard output and standard error.
  const directory = await realpath(dirname(file)).catch(() => resolve(dirname(file)));
  return join(directory, basename(file));
}

async function checkWritable(file: string): Promise<void> {
  const refuse = (reason: string, cause?: unknown) =>
    new UserError(`Expected --report to name a file that can be written, but ${reason}: ${file}.`, { cause });
  const existing = await stat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') throw refuse('its name is too long', error);
    return undefined;
  });
  if (existing?.isDirectory()) throw refuse('it is a directory');
  if (existing && !existing.isFile()) return;
  const directory = dirname(await realpath(file).catch(() => file));
  const parent = await stat(directory).catch(() => undefined);
  if (!parent?.isDirectory()) throw refuse(`there is no directory ${directory}`);
  try {
    await access(directory, constants.W_OK);
  } catch (error) {
    throw refuse(`${directory} is not writable`, error);
  }
}

/**
 * Says of a result what a person has to know at once, and writes the reports.
 * @param result as it was judged
 * @returns whether all could be written; what could not is said
 */
export async function reportResult(
  result: RunResult,
  reports: ReportRequest[],
  options: Pick<ReportOptions, 'cost' | 'color' | 'full'>,
  { io, talk, redact }: { io: Pick<CommandIo, 'stdout' | 'env'>; talk: Talk; redact: Redactor },
): Promise<boolean> {
  if (result.disagreement !== undefined) {
    talk.error(disagreementSentence(result.disagreement));
  }
  // The text report says it itself.
  if (!reports.some(({ format, file }) => format === 'text' && file === undefined)) {
    (result.known_failure_notes ?? []).forEach((note) => talk.note(note));
  }
  const told = options.cost ? result : { ...result, cost: undefined, cost_unknown: undefined };
  const safe = redactResult(told, redact);
  const { full } = options;
  let complete = true;
  for (const { format, file } of reports) {
    if (file === undefined) {
      const colors = createColors(wantsColor(io.stdout, io.env, options.color));
      await print(renderReport(format, safe, colors, { defused: isReadForCommands(io.env), full }), io.stdout);
      continue;
    }
    try {
      await writeReport({ format, file }, safe, { env: io.env, full }, talk);
    } catch (error) {
      talk.error(`Could not write the report ${file}: ${(error as Error).message}`);
      complete = false;
    }
  }
  return complete;
}

/** Prints no more than the reader takes; nothing more once it has gone. */
export async function print(report: Iterable<string>, stream: CommandIo['stdout']): Promise<void> {
  let full = false;
  for (const piece of report) {
    if (full) {
      const over = new AbortController();
      const events = ['drain', 'close', 'error'].map((event) => once(stream, event, { signal: over.signal }));
      await Promise.race(events).catch(() => undefined);
      over.abort();
      await Promise.allSettled(events);
    }
    if (!stream.writable) return;
    full = !stream.write(piece);
  }
}

async function writeReport(
  { format, file }: Required<ReportRequest>,
  result: RunResult,
  { env, full }: Pick<CommandIo, 'env'> & RenderOptions,
  talk: Talk,
): Promise<void> {
  if (isJobSummary(file, env)) {
    const report =
      format === 'markdown'
        ? [renderMarkdown(result, { limitBytes: await roomIn(file), full })]
        : renderReport(format, result, createColors(false), { full });
    await writeFile(file, report, { flag: 'a' });
    return;
  }
  const { render, defuse } = formats[format];
  const defused = isReadForCommands(env) ? defuse : undefined;
  if (format === 'junit' && isJunitPattern(file)) {
    const documents = renderJunitFiles(result);
    const names = junitFileNames(file, documents.length);
    for (const [index, name] of names.entries()) await writeReportFile(name, documents[index] ?? '', defused);
    return;
  }
  await writeReportFile(file, render(result, createColors(false), { full }), defused);
  const note = format === 'junit' ? junitNote(result) : undefined;
  if (note !== undefined) {
    talk.note(note);
  }
}

/** The summary of a GitHub job belongs to all commands of a step: each adds to it. */
function isJobSummary(file: string, { GITHUB_STEP_SUMMARY: summary = '' }: CommandIo['env']): boolean {
  return summary !== '' && resolve(file) === resolve(summary);
}

/** Bytes that the summary still takes. Where it is full, GitHub refuses it whatever is added. */
async function roomIn(file: string): Promise<number> {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  return Math.max(leastBytes, jobSummaryBytes - size);
}

/**
 * Writes a report so that the file holds either all of it or what it held before. What is no regular file (a pipe,
 * `/dev/stdout` by whatever name) is written to as it is: it may lead to where a CI server takes orders.
 * @param defuse takes the orders out then; undefined where no CI server reads
 */
export async function writeReportFile(file: string, report: Report, defuse?: (text: string) => string): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const existing = await stat(target).catch(() => undefined);
  if (existing && !existing.isFile()) {
    await writeFile(target, pieces(report, defuse));
    return;
  }
  // A name of its own length: that of the report may be as long as a name can be.
  const temporary = join(dirname(target), `.system-test-${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, pieces(report));
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
