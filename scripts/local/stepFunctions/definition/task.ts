import { isJsonObject } from '../../../../lib/wire';
import { shown } from '../../../../lib/wire/parsers';
import { argumentProblem } from '../lambdaArguments';
import type { TemplateCompiler } from '../payloadTemplate';
import type { LambdaIntegration, TaskState } from './definition';
import type { Fields } from './fields';
import { onlyInput, readInteger } from './templateFields';

/** The longest time that a task or a machine can be given, in seconds. */
export const maxTimeoutSeconds = 99_999_999;

const integrations: Record<string, LambdaIntegration> = {
  'lambda:invoke': 'lambda',
  'aws-sdk:lambda:invoke': 'aws-sdk:lambda',
};

/** The fields that only a Task has. */
export function readTask(
  fields: Fields,
  compile: TemplateCompiler,
): Pick<TaskState, 'type' | 'integration' | 'arguments' | 'timeoutSeconds'> {
  const resource = fields.string('Resource');
  const integration = /^arn:[a-z-]+:states:::(?<name>.+)$/.exec(resource)?.groups?.name ?? '';
  if (!Object.hasOwn(integrations, integration)) {
    fields.reject(
      'Resource',
      `expected arn:aws:states:::lambda:invoke or arn:aws:states:::aws-sdk:lambda:invoke, got ${JSON.stringify(resource)}`,
    );
  }
  const values = fields.required('Arguments');
  if (isJsonObject(values)) {
    const problem = argumentProblem(values);
    if (problem) fields.reject(`Arguments/${problem.field}`, problem.text);
  } else if (typeof values !== 'string') {
    fields.reject('Arguments', `expected an object or a JSONata expression, got ${shown(values)}`);
  }
  return {
    type: 'Task',
    integration: integrations[integration] as LambdaIntegration,
    arguments: compile(values, fields.nameOf('Arguments'), onlyInput),
    timeoutSeconds: readInteger(fields, 'TimeoutSeconds', { min: 1, max: maxTimeoutSeconds }, compile),
  };
}
