import { App, Lazy, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { ConfigurationInput, ConfigurationSource, SystemTest } from '../../lib';
import unequal from '../fixtures/unequalKeys.json';

interface Feed {
  configuration_identifier: string;
  region?: string;
}

const text: readonly string[] = ['a', 'b'];
const constant = ['a', { configuration_identifier: 'b', region: 'eu', sizes: ['s', { max: null }] }] as const;
const feeds: Feed[] = [{ configuration_identifier: 'a' }, { configuration_identifier: 'b', region: 'eu' }];
const frozen: readonly Readonly<Feed>[] = feeds;

// What tsc accepts here is what compiles in an app; what it has to refuse is marked.
const lists: [string, readonly ConfigurationInput[]][] = [
  ['read-only texts', text],
  ['a constant', constant],
  ['objects of an interface', feeds],
  ['read-only objects of an interface', frozen],
  ['imported JSON with unequal keys', unequal],
  [
    'a literal with unequal keys',
    ['a', { configuration_identifier: 'b', limit: 3 }, { configuration_identifier: 'c' }],
  ],
];
// @ts-expect-error -- it has no identifier
const unnamed: ConfigurationInput = { region: 'eu' };
// @ts-expect-error -- its identifier is no text
const numbered: ConfigurationInput = { configuration_identifier: 7 };

function make(configurations: readonly ConfigurationInput[], short = true): SystemTest {
  const stack = new Stack(new App(), 'Stack');
  const source = ConfigurationSource.list(configurations);
  return new SystemTest(stack, 'SystemTest', {
    function: lambda.Function.fromFunctionName(stack, 'Tested', 'tested'),
    ...(short ? { configurations } : { source }),
  });
}

describe('configurations', () => {
  it.each(lists)('may be %s', (_, configurations) => {
    for (const short of [true, false]) {
      const made = make(configurations, short).configurations;
      expect(JSON.stringify(made)).toBe(JSON.stringify(configurations));
    }
  });

  it.each<[string, ConfigurationInput]>([
    ['without an identifier', unnamed],
    ['whose identifier is a number', numbered],
    ['with a function', { configuration_identifier: 'a', of: { it: () => 1 } }],
    ['with a number that JSON lacks', { configuration_identifier: 'a', of: [NaN] }],
    ['with a date', { configuration_identifier: 'a', since: new Date(0) }],
    ['with a token that is no text', { configuration_identifier: 'a', table: Lazy.any({ produce: () => 1 }) }],
  ])('are refused where one is %s', (_, configuration) => {
    expect(() => make(['z', configuration])).toThrow(/^Expected .*configurations of Stack\/SystemTest\[1\].*, got /);
  });
});
