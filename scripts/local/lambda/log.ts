/**
 * The lines that Lambda itself writes around a function's own (AWS Lambda developer guide, "Log formats" and "Invoke
 * phase"), and the end of the whole that a caller may ask for.
 */

/** Of the log, in an answer with LogType Tail. */
const tailBytes = 4_096;

export interface InvocationReport {
  requestId: string;
  /** Of the handler, in milliseconds. */
  durationMs: number;
  memorySizeMb: number;
  maxMemoryUsedMb: number;
  /** Only the first invocation of a sandbox has one. It is billed, since August 2025. */
  initDurationMs?: number;
  /** Undefined where the function returned or raised. */
  status?: 'error' | 'timeout';
  /** With the status `error`. */
  errorType?: string;
}

/** The platform's lines in one of Lambda's two formats. */
export interface PlatformLog {
  start(requestId: string, functionArn: string, version: string): string;
  /** Where the function could not be loaded. */
  initReport(durationMs: number, status: 'error' | 'timeout', errorType?: string): string;
  report(report: InvocationReport): string;
}

const textLog: PlatformLog = {
  start: (requestId, _functionArn, version) => `START RequestId: ${requestId} Version: ${version}\n`,
  initReport: (durationMs, status, errorType) =>
    `INIT_REPORT Init Duration: ${durationMs.toFixed(2)} ms\tPhase: init\t${statusText(status, errorType)}\n`,
  report: (report) =>
    `END RequestId: ${report.requestId}\n` +
    [
      `REPORT RequestId: ${report.requestId}`,
      `Duration: ${report.durationMs.toFixed(2)} ms`,
      `Billed Duration: ${billedMs(report)} ms`,
      `Memory Size: ${report.memorySizeMb} MB`,
      `Max Memory Used: ${report.maxMemoryUsedMb} MB`,
      ...(report.initDurationMs === undefined ? [] : [`Init Duration: ${report.initDurationMs.toFixed(2)} ms`]),
      statusText(report.status, report.errorType),
    ].join('\t') +
    '\n',
};

function jsonLog(now: () => Date): PlatformLog {
  const line = (type: string, record: object) =>
    `${JSON.stringify({ time: now().toISOString(), type: `platform.${type}`, record })}\n`;
  return {
    start: (requestId, functionArn, version) => line('start', { requestId, functionArn, version }),
    initReport: (durationMs, status, errorType) =>
      line('initReport', {
        initializationType: 'on-demand',
        phase: 'init',
        status,
        errorType,
        metrics: { durationMs: rounded(durationMs) },
      }),
    report: (report) =>
      line('report', {
        requestId: report.requestId,
        metrics: {
          durationMs: rounded(report.durationMs),
          billedDurationMs: billedMs(report),
          memorySizeMB: report.memorySizeMb,
          maxMemoryUsedMB: report.maxMemoryUsedMb,
          initDurationMs: report.initDurationMs === undefined ? undefined : rounded(report.initDurationMs),
        },
        status: report.status ?? 'success',
        errorType: report.errorType,
      }),
  };
}

/** The lines in the function's log format. `now` dates those in JSON. */
export function platformLog(format: 'Text' | 'JSON', now: () => Date): PlatformLog {
  return format === 'JSON' ? jsonLog(now) : textLog;
}

function billedMs({ durationMs, initDurationMs = 0 }: InvocationReport): number {
  return Math.ceil(durationMs + initDurationMs);
}

function statusText(status?: 'error' | 'timeout', errorType?: string): string {
  if (!status) return '';
  return `Status: ${status}${errorType === undefined ? '' : `\tError Type: ${errorType}`}`;
}

function rounded(milliseconds: number): number {
  return Number(milliseconds.toFixed(3));
}

/** A function need not end its last line; the platform's next one still begins on its own. */
export function endLine(output: Buffer): Buffer {
  const newline = 0x0a;
  return output.length === 0 || output.at(-1) === newline ? output : Buffer.concat([output, Buffer.from('\n')]);
}

/** The last 4 KiB, base64. It is cut by bytes, so it may begin inside a character. */
export function logTail(log: Buffer): string {
  return log.subarray(-tailBytes).toString('base64');
}
