import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { type ConfigurationSource, SystemTest } from '../../../lib';
import type { JsonObject } from '../../../lib/wire';
import { textOf } from '../templates';

export const env = { account: '123456789012', region: 'eu-central-1' };

export type Source = (stack: Stack) => ConfigurationSource;

/** A system test with this source, in a known account and Region. */
export function synthesize(source: Source): Template {
  const stack = new Stack(new App(), 'Stack', { env });
  const name = 'arn:aws:lambda:eu-central-1:123456789012:function:Feeds';
  const tested = lambda.Function.fromFunctionArn(stack, 'Tested', name);
  new SystemTest(stack, 'SystemTest', { function: tested, source: source(stack) });
  return Template.fromStack(stack);
}

/** The definition of its state machine. */
export function definitionOf(source: Source): { States: Record<string, JsonObject> } {
  const [machine] = Object.values(synthesize(source).findResources('AWS::StepFunctions::StateMachine')) as {
    Properties: { DefinitionString: unknown };
  }[];
  const text = textOf(machine!.Properties.DefinitionString).replaceAll('<AWS::Partition>', 'aws');
  return JSON.parse(text) as { States: Record<string, JsonObject> };
}
