import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createColors } from 'picocolors';
import type { RunResult } from '../../lib/wire';
import { wantsColor, type CommandIo } from '../terminal/commandIo';
import type { Talk } from '../terminal/talk';
import { isJunitPattern, junitFileNames, junitNote, renderJunitFiles } from './junit';
import { jobSummaryBytes, leastBytes, renderMarkdown } from './markdown';
import { appendReportFile, renderReport, writeReportFile, type ReportRequest } from './reports';
import { isReadForCommands } from './workflowCommands';

/** Writes the reports that were asked for, and says so where one could not be written. Whether all were. */
export async function writeReports(
  reports: ReportRequest[],
  result: RunResult,
  { color }: { color: boolean },
  { stdout, env }: CommandIo,
  talk: Talk,
): Promise<boolean> {
  let complete = true;
  for (const { format, file } of reports) {
    if (file === undefined) {
      const colors = createColors(wantsColor(stdout, env, color));
      stdout.write(renderReport(format, result, colors, { defused: isReadForCommands(env) }));
      continue;
    }
    try {
      await writeFile({ format, file }, result, env, talk);
    } catch (error) {
      talk.error(`Could not write the report ${file}: ${(error as Error).message}`);
      complete = false;
    }
  }
  return complete;
}

async function writeFile(
  { format, file }: Required<ReportRequest>,
  result: RunResult,
  env: CommandIo['env'],
  talk: Talk,
): Promise<void> {
  if (isJobSummary(file, env)) {
    const text =
      format === 'markdown'
        ? renderMarkdown(result, await roomIn(file))
        : renderReport(format, result, createColors(false));
    await appendReportFile(file, text);
    return;
  }
  const defused = isReadForCommands(env) ? format : undefined;
  if (format === 'junit' && isJunitPattern(file)) {
    const documents = renderJunitFiles(result);
    const names = junitFileNames(file, documents.length);
    await Promise.all(names.map((name, index) => writeReportFile(name, documents[index] ?? '', defused)));
    return;
  }
  await writeReportFile(file, renderReport(format, result, createColors(false)), defused);
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
