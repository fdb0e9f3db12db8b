import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Configuration, ConfigurationSource, SystemTest, SystemTestHook, ToleratedFailures } from '../../../../lib';
import { textOf } from '../../templates';
import { newDeployment } from '../../templateVariants';
import { cases, defaults } from './cases';
import { outcome, shortCases } from './outcome';

/** A system test with the defaults of the cases, and a hook that runs it. */
function synthesize(logTail: boolean, timeout: Duration): Template {
  const stack = new Stack(new App(), 'Stack');
  const { alias, deploymentGroup } = newDeployment(stack, { timeout });
  const { maxConcurrency } = defaults;
  const configurations = Configuration.list(defaults.configurations);
  const toleratedFailures = ToleratedFailures.percent(parseFloat(String(defaults.toleratedFailures)));
  const props = { function: alias.version, configurations, maxConcurrency, toleratedFailures, logTail };
  const systemTest = new SystemTest(stack, 'SystemTest', props);
  new SystemTest(stack, 'Listed', {
    ...{ function: alias.version, source: ConfigurationSource.lister(alias), maxConcurrency, toleratedFailures },
  });
  new SystemTestHook(stack, 'Hook', { alias, deploymentGroup, systemTest, input: { max_concurrency: 3 } });
  return Template.fromStack(stack);
}

/** All expressions but those that are no more than a path. */
function expressionsOf(template: Template): string[] {
  const machines = Object.values(template.findResources('AWS::StepFunctions::StateMachine')) as {
    Properties: { DefinitionString: unknown };
  }[];
  const texts = machines.flatMap(({ Properties }) =>
    textOf(Properties.DefinitionString).match(/"\{%(?:[^"\\]|\\.)*"/g),
  );
  return texts.map((text) => JSON.parse(text!) as string).filter((text) => !/^\{% \$[\w.]+( = "")? %\}$/.test(text));
}

test('no expression of the state machines is left out here', () => {
  const known = new Set(cases.map(([, { expression }]) => expression));
  const all = [true, false].flatMap((logTail) =>
    [Duration.seconds(30), Duration.minutes(15)].flatMap((timeout) => expressionsOf(synthesize(logTail, timeout))),
  );
  expect(all.length).toBeGreaterThan(15);
  expect(all.filter((expression) => !known.has(expression))).toEqual([]);
});

describe('the state machine', () => {
  it.each(shortCases)('%s', async (_, one) => {
    const { said, expected } = await outcome(one);
    expect({ said }).toMatchObject({ said: expected });
  });
});
