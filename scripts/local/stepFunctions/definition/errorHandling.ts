import type { Retrier } from '../retrier';
import type { TemplateCompiler } from '../payloadTemplate';
import type { Catcher, Recoverable } from './definition';
import type { Fields } from './fields';
import { readAssign, readTemplate, withErrorOutput } from './templateFields';

/** The greatest number of seconds and attempts that the Amazon States Language takes. */
const maxCount = 99_999_999;

/** The Retry and Catch of a Task, Map or Parallel state. */
export function readRecoverable(fields: Fields, compile: TemplateCompiler): Recoverable {
  return {
    retry: (fields.optionalObjects('Retry') ?? []).map((entry, index, all) =>
      readRetrier(entry, index === all.length - 1),
    ),
    catch: (fields.optionalObjects('Catch') ?? []).map((entry, index, all) =>
      readCatcher(entry, index === all.length - 1, compile),
    ),
  };
}

function readRetrier(fields: Fields, last: boolean): Retrier {
  fields.comment();
  const intervalSeconds = fields.optionalNumber('IntervalSeconds', { min: 0, max: maxCount, integer: true }) ?? 1;
  const maxDelay = fields.optionalNumber('MaxDelaySeconds', { min: 1, max: 31_622_400, integer: true });
  if (maxDelay !== undefined && maxDelay <= intervalSeconds) {
    fields.reject('MaxDelaySeconds', `must be greater than IntervalSeconds (${intervalSeconds}), got ${maxDelay}`);
  }
  const jitterStrategy = fields.optionalString('JitterStrategy') ?? 'NONE';
  if (jitterStrategy !== 'FULL' && jitterStrategy !== 'NONE') {
    return fields.reject('JitterStrategy', `expected FULL or NONE, got ${JSON.stringify(jitterStrategy)}`);
  }
  const retrier: Retrier = {
    errorEquals: readErrorEquals(fields, last),
    intervalSeconds,
    maxAttempts: fields.optionalNumber('MaxAttempts', { min: 0, max: maxCount, integer: true }) ?? 3,
    backoffRate: fields.optionalNumber('BackoffRate', { min: 1, max: maxCount, integer: false }) ?? 2,
    maxDelaySeconds: maxDelay ?? Infinity,
    jitterStrategy,
  };
  fields.finish();
  return retrier;
}

function readCatcher(fields: Fields, last: boolean, compile: TemplateCompiler): Catcher {
  fields.comment();
  const catcher: Catcher = {
    field: fields.location,
    errorEquals: readErrorEquals(fields, last),
    next: fields.string('Next'),
    output: readTemplate(fields, 'Output', compile, withErrorOutput),
    assign: readAssign(fields, compile, withErrorOutput),
  };
  fields.finish();
  return catcher;
}

function readErrorEquals(fields: Fields, last: boolean): string[] {
  const names = fields.strings('ErrorEquals');
  if (names.includes('States.ALL') && (names.length > 1 || !last)) {
    fields.reject('ErrorEquals', 'States.ALL must stand alone, and in the last entry');
  }
  return names;
}
