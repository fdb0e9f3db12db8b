import { access, constants, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Colors } from 'picocolors/types';
import type { RunResult } from '../../lib/wire';
import { UserError } from '../userError';
import { jsonReport } from './json';
import { textReport } from './text';

/** The formats, each with what renders it. Only the terminal gets colours. */
const renderers = {
  text: textReport,
  json: jsonReport,
} satisfies Record<string, (result: RunResult, colors: Colors) => string>;

export type ReportFormat = keyof typeof renderers;

/** The formats of `--report`, for help and messages. */
export const reportFormats = Object.keys(renderers) as ReportFormat[];

/** One `--report FORMAT[=FILE]`. */
export interface ReportRequest {
  format: ReportFormat;
  /** Undefined: standard output. */
  file?: string;
}

/** The report as text. */
export function renderReport(format: ReportFormat, result: RunResult, colors: Colors): string {
  return renderers[format](result, colors);
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

/**
 * Writes a report so that the file holds either all of it or what it held before. What is no regular file (a pipe,
 * `/dev/stderr`) is written to as it is.
 */
export async function writeReportFile(file: string, text: string): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const existing = await stat(target).catch(() => undefined);
  if (existing && !existing.isFile()) {
    await writeFile(target, text);
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
