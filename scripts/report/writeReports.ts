import { createColors } from 'picocolors';
import type { RunResult } from '../../lib/wire';
import { wantsColor, type CommandIo } from '../commandIo';
import type { Talk } from '../talk';
import { renderReport, writeReportFile, type ReportRequest } from './reports';

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
      stdout.write(renderReport(format, result, createColors(wantsColor(stdout, env, color))));
      continue;
    }
    try {
      await writeReportFile(file, renderReport(format, result, createColors(false)));
    } catch (error) {
      talk.error(`Could not write the report ${file}: ${(error as Error).message}`);
      complete = false;
    }
  }
  return complete;
}
