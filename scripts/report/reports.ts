import { randomUUID } from 'node:crypto';
import { access, appendFile, constants, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Colors } from 'picocolors/types';
import type { RunResult } from '../../lib/wire';
import { UserError } from '../userError';
import { renderHtml } from './html/html';
import { jsonReport } from './json';
import { isJunitPattern, junitFileNames, renderJunit } from './junit';
import { renderMarkdown } from './markdown';
import { textReport } from './text';
import { jsonWithoutWorkflowCommands, withoutWorkflowCommands } from './workflowCommands';

/** The formats: what renders each (only text gets colours), and what takes orders to a CI server out of it. */
const formats = {
  text: { render: textReport, defuse: withoutWorkflowCommands },
  json: { render: jsonReport, defuse: jsonWithoutWorkflowCommands },
  junit: { render: (result) => renderJunit(result), defuse: withoutWorkflowCommands },
  markdown: { render: (result) => renderMarkdown(result), defuse: withoutWorkflowCommands },
  html: { render: renderHtml, defuse: jsonWithoutWorkflowCommands },
} satisfies Record<string, { render: (result: RunResult, colors: Colors) => string; defuse: (text: string) => string }>;

export type ReportFormat = keyof typeof formats;

/** The formats of `--report`, for help and messages. */
export const reportFormats = Object.keys(formats) as ReportFormat[];

/** One `--report FORMAT[=FILE]`. */
export interface ReportRequest {
  format: ReportFormat;
  /** Undefined: standard output. */
  file?: string;
}

/**
 * The report as text.
 * @param defused whether it is printed where a CI server takes orders from what is printed
 */
export function renderReport(
  format: ReportFormat,
  result: RunResult,
  colors: Colors,
  { defused = false }: { defused?: boolean } = {},
): string {
  const { render, defuse } = formats[format];
  const text = render(result, colors);
  return defused ? defuse(text) : text;
}

/**
 * Makes sure before the run that its reports can be written after it, each to a place of its own.
 * @param inputs files that the command reads, which no report overwrites; `-` is standard input
 * @throws UserError where two reports have one place, by whatever path or link, or a report that of an input; where a file
 * is a directory, its name is too long, or its directory is missing or not writable
 */
export async function checkReports(reports: ReportRequest[], inputs: string[]): Promise<void> {
  const read = new Set(await Promise.all(inputs.map((file) => placeOf(file === '-' ? '/dev/stdin' : file))));
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
  if (file === undefined) {
    return '';
  }
  const existing = await stat(file, { bigint: true }).catch(() => undefined);
  if (existing?.isFile()) {
    return `${existing.dev}:${existing.ino}`;
  }
  // Devices may be one and the same: a terminal is standard output and standard error.
  const directory = await realpath(dirname(file)).catch(() => resolve(dirname(file)));
  return join(directory, basename(file));
}

async function checkWritable(file: string): Promise<void> {
  const refuse = (reason: string, cause?: unknown) =>
    new UserError(`Expected --report to name a file that can be written, but ${reason}: ${file}.`, { cause });
  const existing = await stat(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') {
      throw refuse('its name is too long', error);
    }
    return undefined;
  });
  if (existing?.isDirectory()) {
    throw refuse('it is a directory');
  }
  if (existing && !existing.isFile()) {
    return;
  }
  const directory = dirname(await realpath(file).catch(() => file));
  const parent = await stat(directory).catch(() => undefined);
  if (!parent?.isDirectory()) {
    throw refuse(`there is no directory ${directory}`);
  }
  try {
    await access(directory, constants.W_OK);
  } catch (error) {
    throw refuse(`${directory} is not writable`, error);
  }
}

/** Adds a report to a file that others add to as well. */
export function appendReportFile(file: string, text: string): Promise<void> {
  return appendFile(file, text);
}

/**
 * Writes a report so that the file holds either all of it or what it held before. What is no regular file (a pipe,
 * `/dev/stdout` by whatever name) is written to as it is: it may lead to where a CI server takes orders.
 * @param defused the format whose orders are then taken out; undefined where no CI server reads
 */
export async function writeReportFile(file: string, text: string, defused?: ReportFormat): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const existing = await stat(target).catch(() => undefined);
  if (existing && !existing.isFile()) {
    await writeFile(target, defused ? formats[defused].defuse(text) : text);
    return;
  }
  // A name of its own length: that of the report may be as long as a name can be.
  const temporary = join(dirname(target), `.system-test-${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, text);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
