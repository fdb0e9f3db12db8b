import { access, appendFile, constants, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Colors } from 'picocolors/types';
import type { RunResult } from '../../lib/wire';
import { UserError } from '../userError';
import { renderHtml } from './html/html';
import { jsonReport } from './json';
import { renderJunit } from './junit';
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
 * Makes sure before the run that its report can be written after it.
 * @throws UserError where the file is a directory, or its directory is missing or not writable
 */
export async function checkReport({ file }: ReportRequest): Promise<void> {
  if (file === undefined) {
    return;
  }
  const refuse = (reason: string, cause?: unknown) =>
    new UserError(`Expected --report to name a file that can be written, but ${reason}: ${file}.`, { cause });
  const existing = await stat(file).catch(() => undefined);
  if (existing?.isDirectory()) {
    throw refuse('it is a directory');
  }
  if (existing && !existing.isFile()) {
    return;
  }
  const directory = dirname(file);
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
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  try {
    await writeFile(temporary, text);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
