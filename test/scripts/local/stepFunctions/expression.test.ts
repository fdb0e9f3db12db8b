import type { Json } from '../../../../lib/wire';
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
    ['$parse("{")', expect.stringContaining('JSON') as string],
    ['$hash("x", "sha-1")', "Unknown hash algorithm 'sha-1': expected MD5, SHA-1, SHA-256, SHA-384, SHA-512"],
    ['$range(1, 360146, 1)', 'Expression evaluation memory limit exceeded'],
    ['$error("mine")', 'D3137: mine'],
  ])('fails with the message of what went wrong: %s', async (text, message) => {
    const failure = (await evaluate(text, true).catch((error: unknown) => error)) as EvaluationFailure;
    const [, said] = failure.causeText.split(' threw an error during evaluation. ');

    expect(said).toEqual(message);
  });

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

  it('are those that AWS was measured with: 100 levels', async () => {
    expect(await evaluate(sum(100))).toBe(100);
    await expect(evaluate(sum(101))).rejects.toThrow(/Stack overflow error: .* Depth=101 max=100$/);
    expect(await evaluate(recursion(31))).toBe(31);
    await expect(evaluate(recursion(32))).rejects.toThrow(/Depth=101 max=100$/);
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
    const limits = { depth: 100, milliseconds: 100, now: () => (elapsed += 1) };
    const endless = evaluate('($f := function() { $f() }; $f())', {}, { limits });
    let turns = 0;
    const count = (): void => {
      turns += 1;
      turn = setImmediate(count);
    };
    let turn = setImmediate(count);

    await expect(endless).rejects.toThrow('Expression evaluation timeout: 100ms. Check for infinite loop');
    clearImmediate(turn);
    expect(turns).toBeGreaterThan(1);
  });
});
