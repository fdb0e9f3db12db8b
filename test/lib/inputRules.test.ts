import { Stack } from 'aws-cdk-lib';
import jsonata from 'jsonata';
import { checkInput } from '../../lib/stateMachine/inputExpressions';
import { expectConfigurations, expectInput } from '../../lib/validation';
import type { Configuration, SystemTestInput } from '../../lib/wire';
import { maxConcurrency, toleratedFailures } from '../../scripts/commands/flags';
import { parseArguments } from '../../scripts/configurations/namedConfigurations';
import { parseConfigurations } from '../../scripts/configurations/parseConfigurations';

const stack = new Stack();
const check = checkInput({
  configurations: ['default'],
  maxConcurrency: 10,
  toleratedFailures: 0,
  maxConfigurations: 998,
}).slice('{%'.length, -'%}'.length);

function accepts(validate: () => unknown): boolean {
  try {
    validate();
    return true;
  } catch {
    return false;
  }
}

/** Whether the state machine accepts the input, as JSON brings it. */
async function machineAccepts(input: object): Promise<boolean> {
  const expression = jsonata(check);
  expression.registerFunction('parse', (text: string) => JSON.parse(text) as unknown, '<s:x>');
  const { refusal } = (await expression.evaluate(undefined, {
    states: { input: { allow_unknown: true, ...input } },
  })) as { refusal: string };
  return refusal === '';
}

describe('a configuration is the same to the construct, the command and the state machine', () => {
  const named = (identifier: unknown, keys: object = {}) => ({ configuration_identifier: identifier, ...keys });

  it.each<[string, unknown, boolean]>([
    ['a text', 'customer 1', true],
    ['a text of spaces, tabs and line breaks', ' \t\r\n', false],
    ['a text with something between them', '\n a\t', true],
    ['a no-break space', '\u00a0', true],
    ['an ideographic space', '\u3000', true],
    ['a vertical tab', '\v', true],
    ['NUL', '\0', true],
    ['nothing', '', false],
    ['1,024 characters', 'x'.repeat(1024), true],
    ['1,025 characters', 'x'.repeat(1025), false],
    ['1,024 characters of two units each', '\u{1f469}'.repeat(1024), true],
    ['1,025 characters of two units each', '\u{1f469}'.repeat(1025), false],
    ['half a character', '\ud83d', true],
    ['1,025 half characters', '\ud83d'.repeat(1025), false],
    ['the name of a prototype', '__proto__', true],
    ['an expression of JSONata', '{% $states.input %}', true],
    ['a number', 7, false],
    ['0', 0, false],
    ['true', true, false],
    ['null', null, false],
    ['a list', ['a'], false],
    ['an empty list', [], false],
    ['an empty object', {}, false],
    ['an object with an identifier', named('a'), true],
    ['one with keys of its own', named('a', { region: null, nested: { list: [[1], {}] } }), true],
    ['one with another name for it', { identifier: 'a' }, false],
    ['one whose identifier is empty', named(''), false],
    ['one whose identifier is blank', named(' \n'), false],
    ['one whose identifier is too long', named('\u{1f469}'.repeat(1025)), false],
    ['one whose identifier is a number', named(7), false],
    ['one whose identifier is null', named(null), false],
    ['one whose identifier is a list', named(['a']), false],
    ['one whose identifier is an empty list', named([]), false],
    ['one whose identifier is an object', named({ configuration_identifier: 'a' }), false],
    ['one with system_test: true', named('a', { system_test: true }), false],
    ['one with system_test: false', named('a', { system_test: false }), false],
    ['one with system_test: null', named('a', { system_test: null }), false],
    ['one with system_test: []', named('a', { system_test: [] }), false],
    ['one with system_test further below', named('a', { nested: { system_test: false } }), true],
    ['one with the key __proto__', JSON.parse('{"configuration_identifier": "a", "__proto__": {"b": 1}}'), true],
    ['one with its identifier under __proto__', JSON.parse('{"__proto__": {"configuration_identifier": "a"}}'), false],
  ])('%s', async (_, configuration, accepted) => {
    const verdicts = {
      construct: accepts(() => expectConfigurations(stack, [configuration as Configuration], 10)),
      file: accepts(() => parseConfigurations(JSON.stringify([configuration]), 'a.json')),
      argument: typeof configuration === 'string' ? accepts(() => parseArguments([configuration])) : accepted,
      machine: await machineAccepts({ configurations: [configuration] }),
    };
    expect(verdicts).toEqual({ construct: accepted, file: accepted, argument: accepted, machine: accepted });
  });
});

describe('tolerated failures are the same to the construct, the command and the state machine', () => {
  it.each<[unknown, boolean]>([
    [0, true],
    [2, true],
    [Number.MAX_SAFE_INTEGER, true],
    [Number.MAX_SAFE_INTEGER + 1, false],
    [-1, false],
    [0.5, false],
    [1e300, false],
    ['0%', true],
    ['5%', true],
    ['005%', true],
    ['12.5%', true],
    ['100%', true],
    ['100.0%', true],
    ['100.00000000000000000001%', false],
    ['100.5%', false],
    ['101%', false],
    [`${'9'.repeat(400)}%`, false],
    [`0.${'9'.repeat(400)}%`, true],
    ['-1%', false],
    ['1e1%', false],
    ['.5%', false],
    ['5.%', false],
    [' 5%', false],
    ['5 %', false],
    ['5%\n', false],
    ['٥%', false],
    ['%', false],
    ['', false],
    ['many', false],
    [null, false],
    [true, false],
    [[1], false],
    [['5%'], false],
    [{}, false],
  ])('%j', async (value, accepted) => {
    const input = { tolerated_failures: value } as SystemTestInput;
    const flag = typeof value === 'number' || typeof value === 'string';
    const verdicts = {
      construct: accepts(() => expectInput(stack, input, 1000)),
      flag: flag ? accepts(() => toleratedFailures(String(value))) : accepted,
      machine: await machineAccepts(input),
    };
    expect(verdicts).toEqual({ construct: accepted, flag: accepted, machine: accepted });
  });
});

describe('the concurrency is the same to the construct, the command and the state machine', () => {
  it.each<[unknown, boolean]>([
    [1, true],
    [40, true],
    [41, false],
    [0, false],
    [-1, false],
    [2.5, false],
    [1e300, false],
    [null, false],
    [true, false],
    [[10], false],
    ['ten', false],
  ])('%j', async (value, accepted) => {
    const input = { max_concurrency: value } as SystemTestInput;
    const verdicts = {
      construct: accepts(() => expectInput(stack, input, 1000)),
      flag: accepts(() => maxConcurrency(JSON.stringify(value))),
      machine: await machineAccepts(input),
    };
    // What only a Distributed Map has room for is up to the state machine.
    expect(verdicts).toEqual({ construct: accepted, flag: accepted || value === 41, machine: accepted });
  });
});
