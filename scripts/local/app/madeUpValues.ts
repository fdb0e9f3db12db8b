/** The values that functions get of what isn't on this machine, so that whoever tests can give them real ones. */
import type { FoundFunction } from './findFunctions';
import { asText, parameterValue } from './parameters';
import { hasMadeUpName, nameOf } from './resourceTypes';
import { attempt } from './reasonOf';
import type { Stack, StackResource } from './stack';

/** Something that isn't on this machine. */
export interface Absence {
  /** What every value of it holds. */
  mark: string;
  /** `AWS::S3::Bucket Data` */
  what: string;
}

/** What the endpoint serves under the names that it makes up. */
const served = /^AWS::(Lambda::(Function|Version|Alias)|StepFunctions::StateMachine\w*|CloudFormation::Stack)$/;

/**
 * The resources of a stack that aren't here, and the parameters whose values are in Systems Manager. A resource with a
 * name of its own is left out: the value is the one that it has on AWS.
 */
export function findAbsences(stack: Stack, serveS3 = false): Absence[] {
  const here = stack.resources().filter(({ type }) => !(serveS3 && type === 'AWS::S3::Bucket'));
  const resources = here.flatMap((resource) => absenceOf(stack, resource));
  const parameters = Object.entries(stack.options.template.parameters).flatMap(([name, declared]) => {
    const value = parameterValue(name, declared, stack.options.parameters?.[name]);
    return declared.type.startsWith('AWS::SSM::') && typeof value === 'string'
      ? [{ mark: value, what: `the value of ${asText(declared.default ?? name)} in Systems Manager` }]
      : [];
  });
  return [...resources, ...parameters];
}

function absenceOf(stack: Stack, { logicalId, type }: StackResource): Absence[] {
  const view = stack.view(logicalId);
  const isHere = () => served.test(type) || !hasMadeUpName(view);
  // A name that can't be resolved is noted with the resource.
  return attempt(() => (isHere() ? [] : [{ mark: nameOf(view), what: `${type} ${logicalId}` }])) ?? [];
}

/** How many variables are named; an app may have hundreds. */
const mostNamed = 12;

/** Says once which variables hold such values, but for those that were given one, and how to give them. */
export function noteMadeUpValues(
  functions: FoundFunction[],
  absences: Absence[],
  given: (names: string[]) => Record<string, string>,
  note: (line: string) => void,
): void {
  const madeUp = functions.flatMap(({ names, runnable }) => {
    const label = names.find((name) => functions.filter((other) => other.names.includes(name)).length === 1);
    const own = given(names);
    return Object.entries(runnable?.environment ?? {}).flatMap(([name, value]) => {
      const what = /\{\{resolve:[^}]*\}\}/.exec(value)?.[0] ?? absences.find(({ mark }) => value.includes(mark))?.what;
      return what === undefined || Object.hasOwn(own, name) ? [] : [{ variable: `${label ?? ''}.${name}`, what }];
    });
  });
  const [first] = madeUp;
  if (!first) return;
  const named = madeUp.slice(0, mostNamed).map(({ variable, what }) => `${variable} (${what})`);
  const more = madeUp.length > mostNamed ? ` and ${madeUp.length - mostNamed} more` : '';
  note(
    `The functions get made-up values for what isn't on this machine: ${named.join(', ')}${more}. Give real ones ` +
      `with --env-file FILE, in lines such as ${first.variable}=VALUE.`,
  );
}
