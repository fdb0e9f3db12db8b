import { App, Lazy, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Configuration, ConfigurationSource, SystemTest } from '../../lib';
import unequal from '../fixtures/unequalKeys.json';

interface Feed {
  configuration_identifier: string;
  region?: string;
}

const text: readonly string[] = ['a', 'b'];
const constant = ['a', { configuration_identifier: 'b', region: 'eu', sizes: ['s', { max: null }] }] as const;
const feeds: readonly Readonly<Feed>[] = [
  { region: 'eu', configuration_identifier: 'a' },
  { configuration_identifier: 'b', region: undefined },
];

const lists: [string, unknown][] = [
  ['read-only texts', text],
  ['a constant', constant],
  ['read-only objects of an interface', feeds],
  ['imported JSON with unequal keys', unequal],
];

function make(configurations: (string | Configuration)[], short = true): SystemTest {
  const stack = new Stack(new App(), 'Stack');
  const source = ConfigurationSource.list(configurations);
  return new SystemTest(stack, 'SystemTest', {
    function: lambda.Function.fromFunctionName(stack, 'Tested', 'tested'),
    ...(short ? { configurations } : { source }),
  });
}

describe('configurations', () => {
  it.each(lists)('may be %s', (_, configurations) => {
    const json = JSON.stringify(configurations);
    for (const given of [configurations, json]) {
      for (const short of [true, false]) {
        const made = make(Configuration.list(given), short)._configurations;
        expect(JSON.stringify(made)).toBe(json);
      }
    }
  });

  it('are made one by one, each with keys of its own', () => {
    const made = make(['a', Configuration.of('b', { region: 'eu' }), Configuration.of('c')])._configurations;
    expect(made).toEqual(['a', { configuration_identifier: 'b', region: 'eu' }, 'c']);
    expect(Configuration.list(made).map(({ identifier }) => identifier)).toEqual(['a', 'b', 'c']);
  });

  it.each<[string, unknown]>([
    ['without an identifier', { region: 'eu' }],
    ['whose identifier is a number', { configuration_identifier: 7 }],
    ['with system_test', { configuration_identifier: 'a', system_test: false }],
    ['with a function', { configuration_identifier: 'a', of: { it: () => 1 } }],
    ['with a number that JSON lacks', { configuration_identifier: 'a', of: [NaN] }],
    ['with a date', { configuration_identifier: 'a', since: new Date(0) }],
    ['with a token that is no text', { configuration_identifier: 'a', table: Lazy.any({ produce: () => 1 }) }],
  ])('are refused where one is %s', (_, configuration) => {
    expect(() => Configuration.list(['z', configuration])).toThrow(/^Expected .*configurations\[1\]/);
  });

  it('are refused where they are no list, or one has two identifiers', () => {
    expect(() => Configuration.list('a')).toThrow(
      'Expected configurations to be a list, or the JSON text of one, got "a".',
    );
    expect(() => Configuration.of('a', { configuration_identifier: 'b' })).toThrow(
      'Expected keys of the configuration without configuration_identifier, which is "a".',
    );
  });
});
