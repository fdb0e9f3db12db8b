import type { Json } from '../../../../lib/wire';
import { defaultEvaluationLimits } from '../../../../scripts/local/stepFunctions/evaluationBudget';
import { Expression, type ExpressionSettings } from '../../../../scripts/local/stepFunctions/expression';
import { EvaluationFailure } from '../../../../scripts/local/stepFunctions/failure';
import { FakeClock } from '../../fakeClock';

const settings: ExpressionSettings = { clock: new FakeClock(), random: () => 0.25 };

function evaluate(text: string, input: Json = {}, more: Partial<ExpressionSettings> = {}): Promise<Json> {
  const expression = new Expression(text, 'Output/v', { ...settings, ...more });
  return expression.evaluate({ states: { input, context: {} }, variables: { seven: 7 } });
}

describe('an expression', () => {
  it.each<[string, Json, Json]>([
    ['$states.input.a & "b"', { a: 'a' }, 'ab'],
    ['$seven + 1', {}, 8],
    ['$states.input.list[n > 1]', { list: [{ n: 1 }, { n: 2 }, { n: 3 }] }, [{ n: 2 }, { n: 3 }]],
    ['[$states.input.list[n > 9]]', { list: [{ n: 1 }] }, []],
    ['$states.input.list[0]', { list: [{ n: 1 }] }, { n: 1 }],
    ['$states.input', null, null],
    ['{"a": $states.input.none, "b": null}', {}, { b: null }],
    ['1/0', {}, 'Infinity'],
    ['$millis()', {}, Date.UTC(2026, 0, 1)],
    ['$now()', {}, '2026-01-01T00:00:00.000Z'],
    ['$now("[Y]")', {}, '2026'],
  ])('%s gives what it says', async (text, input, result) => {
    expect(await evaluate(text, input)).toEqual(result);
  });

  it.each<[string, Json]>([
    ['$parse("{\\"a\\":[1]}")', { a: [1] }],
    ['$partition([1..5], 2)', [[1, 2], [3, 4], [5]]],
    ['$partition([1..5], 2.9)', [[1, 2], [3, 4], [5]]],
    ['$range(0, 10, 5)', [0, 5, 10]],
    ['$range(5, 0, -2)', [5, 3, 1]],
    ['$range(-1.7, 2, 1)', [-1, 0, 1, 2]],
    ['$range(1, 1, 1)', 1],
    ['$hash("input data", "SHA-1")', 'aaff4a450a104cd177d28d18d74485e8cae074b7'],
    ['$hash("", "MD5")', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['$length($hash("x", "SHA-256"))', 64],
    ['$length($hash("x", "SHA-384"))', 96],
    ['$length($hash("x", "SHA-512"))', 128],
    ['$random()', 0.25],
    ['$random(7) = $random(7)', true],
    ['$random(7) = $random(8)', false],
    ['$random(7) >= 0 and $random(7) < 1', true],
    ['$uuid() != $uuid()', true],
    ['$contains($uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)', true],
  ])('has the functions that Step Functions adds: %s', async (text, result) => {
    expect(await evaluate(text)).toEqual(result);
  });

  it.each([
    '$states.input.missing',
    '$states.input.list[n > 9]',
    '$partition([1], 0)',
    '$partition([], 2)',
    '$range(1, 2)',
    '$range(1, 2, 0)',
    '$range(1, 2, -1)',
    '$hash("x")',
    '$parse($states.input.missing)',
  ])('fails where it gives nothing: %s', async (text) => {
    const failure = await evaluate(text, { list: [] }).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(EvaluationFailure);
    expect(failure).toMatchObject({
      errorName: 'States.QueryEvaluationError',
      location: 'Output/v',
      causeText: `The JSONata expression '${text}' specified for the field 'Output/v' returned nothing (undefined).`,
    });
  });

  it.each([
    ['$eval("1")', 'T1006: Attempted to invoke a non-function'],
    ['$number("x")', 'D3030: Unable to cast value to a number: "x"'],
    ['$states.input and $f()', 'T1006: Attempted to invoke a non-function'],
    ['$parse("{")', 'D3137: Invalid JSON'],
    ['$parse("")', 'D3137: Invalid JSON'],
    ['$parse("[" & $pad("", 1000, "[") & $pad("", 1000, "]") & "]")', 'D3137: Invalid JSON'],
    ['$hash("x", "sha-1")', "D3137: Hash algorithm 'sha-1' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5"],
    ['$error("mine")', 'D3137: mine'],
  ])('fails with the message of what went wrong: %s', async (text, message) => {
    const failure = (await evaluate(text, true).catch((error: unknown) => error)) as EvaluationFailure;
    const [, said] = failure.causeText.split(' threw an error during evaluation. ');

    expect(said).toEqual(message);
  });

  it.each(['_jsonata_lambda', '_jsonata_function', 'sequence', 'tupleStream', 'then', 'next', '__proto__', 'length'])(
    'takes data with the key %s for data',
    async (key) => {
      const text = `{"${key}":true,"a":{"${key}":[true]}}`;
      const input = [JSON.parse(text), { text }] as Json;
      const values = [
        '$states.input[0]',
        '$parse($states.input[1].text)',
        '$map($states.input, function($i) { $i })[0]',
      ];
      const all = await evaluate(
        `[${values.join()}, $string($states.input[0]), $join($keys($states.input[0]), ",")]`,
        input,
      );

      expect(JSON.stringify(all)).toBe(`[${text},${text},${text},${JSON.stringify(text)},"${key},a"]`);
      expect(await evaluate('$states.input[0].a ~> $type()', input)).toBe('object');
    },
  );

  it('refuses to give a function', async () => {
    const unsupported = /returned an unsupported result type\.$/;

    await expect(evaluate('$sum')).rejects.toThrow(unsupported);
    await expect(evaluate('{"f": [function($x) { $x }]}')).rejects.toThrow(unsupported);
  });

  it('gives plain lists: their flags would change later expressions', async () => {
    const value = (await evaluate('{"list": $map([1, 2], function($n) { $n })}')) as { list: number[] };

    expect(Object.getOwnPropertyNames(value.list)).toEqual(['0', '1', 'length']);
  });

  it('leaves what it was given as it was', async () => {
    const input = { list: [1], deep: { a: [{ b: 1 }] } };
    const before = JSON.stringify(input);
    await evaluate('[$states.input.list[], $states.input.deep.a[].b, $append($states.input.list, 2)]', input);

    expect(JSON.stringify(input)).toBe(before);
    expect(await evaluate('$states.input', input)).toStrictEqual(JSON.parse(before));
    expect(await evaluate('$states.input.list.$', input)).toBe(1);
  });
});

describe('the limits of an expression', () => {
  const sum = (terms: number) => Array(terms).fill('1').join('+');
  const recursion = (depth: number) => `($f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(${depth}))`;

  const doubled = (times: number) =>
    `($p := function($s, $n) { $n = 0 ? $s : $p($s & $s, $n - 1) }; $length($p("x", ${times})))`;
  const wrapped = (times: number) =>
    `($f := function($x, $n) { $n = 0 ? $x : $f({"a": $x}, $n - 1) }; $f(1, ${times}))`;
  const stack =
    'Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive';
  const memory = 'Expression evaluation memory limit exceeded: Check for excessive memory usage';

  it.each([
    ['100 levels', sum(100), 100, sum(101), stack],
    ['100 levels of calls', recursion(31), 31, recursion(32), stack],
    ['6,990,256 bytes of numbers', '[1..873782] ~> $count()', 873_782, '[1..873783] ~> $count()', memory],
    ['that many of text', doubled(22), 4_194_304, doubled(23), memory],
    ['that many in all', '$count([[1..436891], [1..436891]])', 2, '$count([[1..436891], [1..436892]])', memory],
    ['what $range may hold', '$count($range(1, 360145, 1))', 360_145, '$range(1, 360146, 1)', memory],
  ])('are those that AWS was measured with: %s', async (_, within, value, beyond, problem) => {
    expect(await evaluate(within)).toBe(value);
    await expect(evaluate(beyond)).rejects.toMatchObject({
      errorName: 'States.QueryEvaluationError',
      causeText: expect.stringMatching(new RegExp(` threw an error during evaluation: ${problem}$`)) as string,
    });
  });

  it('bound how deep a value nests, so that it overflows no stack', async () => {
    const deepest = `${'['.repeat(1000)}1${']'.repeat(1000)}`;

    expect(JSON.stringify(await evaluate(wrapped(1000)))).toBe(`${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`);
    await expect(evaluate(wrapped(1001))).rejects.toThrow(/returned a value that nests deeper than 1000 levels\.$/);
    expect(JSON.stringify(await evaluate('$parse($states.input)', deepest))).toBe(deepest);
    expect(await evaluate('$string($parse($states.input))', deepest)).toBe(deepest);
  });

  it('count depth, not breadth', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `n${index}`);

    expect(await evaluate('$count($keys($states.input{$: [$, $count($)]}))', names)).toBe(300);
    expect(await evaluate(`$count([${names.map((name) => `["${name}"]`).join()}])`)).toBe(300);
    expect(await evaluate(`[[1, ${sum(90)}], {"a": ${sum(90)}, "b": [${sum(80)}]}, 2]`)).toEqual([
      [1, 90],
      { a: 90, b: [80] },
      2,
    ]);
  });

  it('end an endless expression, and others get their turn meanwhile', async () => {
    let elapsed = 0;
    const limits = { ...defaultEvaluationLimits, milliseconds: 100, now: () => (elapsed += 1) };
    const endless = evaluate('($f := function() { $f() }; $f())', {}, { limits });
    let turns = 0;
    const count = (): void => {
      turns += 1;
      turn = setImmediate(count);
    };
    let turn = setImmediate(count);

    await expect(endless).rejects.toThrow('Expression evaluation timeout: Check for infinite loop');
    clearImmediate(turn);
    expect(turns).toBeGreaterThan(1);
  });
});
