import { reported, reportPatterns } from '../../lib/stateMachine/invocationRules';
import { isJsonObject, type Json } from '../../lib/wire';

/**
 * The function's memory in MB, from Lambda's answer to an invocation as a task's output in the history holds it: its log
 * tail ends with Lambda's own report. Undefined where there is no log.
 */
export function memoryMbOf(answer: Json | undefined): number | undefined {
  const log = isJsonObject(answer) ? answer.LogResult : undefined;
  return typeof log === 'string' ? reportedMemoryMb(Buffer.from(log, 'base64').toString('latin1')) : undefined;
}

/** The function's memory in MB, from the log of an invocation. */
export function reportedMemoryMb(log: string): number | undefined {
  return reported(log, reportPatterns.memory);
}
