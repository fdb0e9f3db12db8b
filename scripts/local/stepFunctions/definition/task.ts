import { isJsonObject } from '../../../../lib/wire';
import { shown } from '../../../../lib/wire/parsers';
import { argumentProblem } from '../integrations/arguments';
import type { Reach } from '../integrations/integration';
import { integrations } from '../integrations/integrations';
import type { TemplateCompiler } from '../payloadTemplate';
import type { TaskState } from './definition';
import type { Fields } from './fields';
import { onlyInput, readInteger } from './templateFields';

/** The longest time that a task or a machine can be given, in seconds. */
export const maxTimeoutSeconds = 99_999_999;

/** The fields that only a Task has. */
export function readTask(
  fields: Fields,
  compile: TemplateCompiler,
  reach?: Reach,
): Pick<TaskState, 'type' | 'integration' | 'arguments' | 'timeoutSeconds'> {
  const resource = fields.string('Resource');
  const integration =
    integrations.get(/^arn:[a-z-]+:states:::(?<name>.+)$/.exec(resource)?.groups?.name ?? '') ??
    fields.reject(
      'Resource',
      `expected arn:aws:states::: and one of ${[...integrations.keys()].join(', ')}, got ${JSON.stringify(resource)}`,
    );
  const values = fields.required('Arguments');
  if (isJsonObject(values)) {
    const problem = argumentProblem(values, integration.arguments);
    if (problem) fields.reject(`Arguments/${problem.field}`, problem.text);
  } else if (typeof values !== 'string') {
    fields.reject('Arguments', `expected an object or a JSONata expression, got ${shown(values)}`);
  }
  const beyond = reach && integration.unreachable?.(isJsonObject(values) ? values : {}, reach);
  if (beyond) fields.reject(beyond.field, beyond.text);
  return {
    type: 'Task',
    integration,
    arguments: compile(values, fields.nameOf('Arguments'), onlyInput),
    timeoutSeconds: readInteger(fields, 'TimeoutSeconds', { min: 1, max: maxTimeoutSeconds }, compile),
  };
}
