import { createColors } from 'picocolors';
import type { Colors } from 'picocolors/types';
import { wantsColor, type CommandIo } from '../io/commandIo';
import { jsonEscaped } from '../report/json';
import { print, writeReportFile } from '../report/reports';
import { isReadForCommands, jsonWithoutWorkflowCommands, withoutWorkflowCommands } from '../report/workflowCommands';
import { controls } from '../terminal/printable';
import type { Talk } from '../terminal/talk';
import type { History } from './history';
import { historyHtml } from './historyHtml';
import { historyText } from './historyText';

/** The formats: what renders each, and what takes orders to a CI server out of it. */
const formats = {
  text: { render: historyText, defuse: withoutWorkflowCommands },
  json: { render: historyJson, defuse: jsonWithoutWorkflowCommands },
  html: { render: historyHtml, defuse: jsonWithoutWorkflowCommands },
} satisfies Record<string, { render: (history: History, colors: Colors) => string; defuse: (text: string) => string }>;

export type HistoryFormat = keyof typeof formats;

/** The formats of `--report`, for help and messages. */
export const historyFormats = Object.keys(formats) as HistoryFormat[];

/** One `--report FORMAT[=FILE]`; without a file it goes to standard output. */
export interface HistoryReport {
  format: HistoryFormat;
  file?: string;
}

/** The history as JSON, with controls and invisible characters escaped. */
function historyJson(history: History): string {
  return `${jsonEscaped(JSON.stringify(history, undefined, 2), controls)}\n`;
}

/**
 * Writes the reports.
 * @param history without secrets
 * @returns whether all could be written; what could not is said
 */
export async function reportHistory(
  history: History,
  reports: HistoryReport[],
  { color, io, talk }: { color: boolean; io: Pick<CommandIo, 'stdout' | 'env'>; talk: Talk },
): Promise<boolean> {
  let complete = true;
  for (const { format, file } of reports) {
    const { render, defuse } = formats[format];
    const defused = isReadForCommands(io.env) ? defuse : undefined;
    const colors = createColors(file === undefined && wantsColor(io.stdout, io.env, color));
    const report = render(history, colors);
    if (file === undefined) {
      await print([defused?.(report) ?? report], io.stdout);
      continue;
    }
    try {
      await writeReportFile(file, report, defused);
    } catch (error) {
      talk.error(`Could not write the report ${file}: ${(error as Error).message}`);
      complete = false;
    }
  }
  return complete;
}
