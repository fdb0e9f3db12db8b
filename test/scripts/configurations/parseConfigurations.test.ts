import fc from 'fast-check';
import { limits } from '../../../lib/wire';
import { parseConfigurations } from '../../../scripts/configurations/parseConfigurations';
import { UserError } from '../../../scripts/io/userError';

const eu = { configuration_identifier: 'b', region: 'eu' };

describe('a file of configurations', () => {
  test.each([
    ['a JSON array', 'x.json', '["a", {"configuration_identifier": "b", "region": "eu"}]', ['a', eu]],
    ['a JSON array without an extension', 'x', '\n [\n"a",\n"b"]\n', ['a', 'b']],
    ['JSON Lines', 'x.jsonl', '"a"\n\n{"configuration_identifier": "b", "region": "eu"}\n', ['a', eu]],
    ['JSON Lines on standard input', 'standard input', '{"configuration_identifier": "b", "region": "eu"}', [eu]],
    ['CSV', 'x.csv', 'configuration_identifier,region\nb,eu\n', [eu]],
    ['CSV told by its header', 'x', 'region,"configuration_identifier"\r\neu,b\r\n', [eu]],
    [
      'CSV with quoted cells',
      'x.csv',
      'configuration_identifier,note\n"a, b","said ""hi""\nand left"\n',
      [{ configuration_identifier: 'a, b', note: 'said "hi"\nand left' }],
    ],
    ['one identifier a line', 'x.txt', 'a\n  b c  \n\n#1\n', ['a', 'b c', '#1']],
    ['one identifier a line with comments', 'x', '# feeds\na\n#\n  # more\nb', ['a', 'b']],
    ['Windows line ends and a byte order mark', 'x', '\ufeffa\r\nb\r\n', ['a', 'b']],
    ['a byte order mark before JSON', 'x.json', '\ufeff["a"]', ['a']],
    ['a YAML list', 'x.yaml', '# feeds\n- a\n- configuration_identifier: b\n  region: eu\n', ['a', eu]],
    ['YAML told by its first line', 'x', '# feeds\n- a\n- b\n', ['a', 'b']],
    ['a YAML document on standard input', 'standard input', '---\n[a, "007"]\n', ['a', '007']],
    [
      'YAML with anchors',
      'x.YML',
      '- &eu {configuration_identifier: b, region: eu}\n- <<: *eu\n  configuration_identifier: a',
      [eu, { configuration_identifier: 'a', region: 'eu' }],
    ],
    [
      'JSON with the same key in several objects',
      'x.json',
      '[{"configuration_identifier": "a", "n": {"m": 1}}, {"configuration_identifier": "b", "n": [{"m": 1}, {"m": 2}]}]',
      [
        { configuration_identifier: 'a', n: { m: 1 } },
        { configuration_identifier: 'b', n: [{ m: 1 }, { m: 2 }] },
      ],
    ],
    ['a byte order mark before CSV', 'x.csv', '\ufeffconfiguration_identifier,region\nb,eu', [eu]],
  ])('may be %s', (_, source, text, expected) => {
    expect(parseConfigurations(text, source)).toEqual(expected);
  });

  test.each([
    ['x.json', '[', 'Expected x.json to be JSON, which it stops to be at line 1, column 2.'],
    ['x.json', '["a",\n "b"\n "c"]', 'Expected x.json to be JSON, which it stops to be at line 3, column 2.'],
    ['x.json', '["a"],', 'Expected x.json to be JSON, which it stops to be at line 1, column 6.'],
    ['x.json', 'oops', 'Expected x.json to be a JSON array or JSON Lines, got a line 1 that is not JSON: oops.'],
    ['x.jsonl', '"a"\n{"b"', 'Expected x.jsonl to be a JSON array or JSON Lines, got a line 2 that is not JSON: {"b".'],
    [
      'x.json',
      '["a",\n {"configuration_identifier": "b", "region": "eu", "region": "us"}]',
      'Expected x.json to be JSON with each key of an object once, which it stops to be at line 2, column 52.',
    ],
    [
      'x.jsonl',
      '"a"\n{"configuration_identifier": "b", "n": {"m": 1, "m": 2}}',
      /^Expected x\.jsonl to be a JSON array or JSON Lines, got a line 2 that is not JSON with each key of an object once: /,
    ],
    [
      'x.json',
      '[{"configuration_identifier": "a", "n": 1e400}]',
      'Expected x.json to be JSON with finite numbers, which it stops to be at line 1, column 41.',
    ],
    [
      'x.jsonl',
      '{"configuration_identifier": "a", "n": [-1e400]}',
      /a line 1 that is not JSON with finite numbers: \{"conf/,
    ],
    ['x.json', '[]', 'Expected at least one configuration in x.json, got none.'],
    ['x', '', 'Expected at least one configuration in x, got none.'],
    ['x', '\n# none\n', 'Expected at least one configuration in x, got none.'],
    ['x.csv', 'configuration_identifier\n', 'Expected at least one configuration in x.csv, got none.'],
    ['x.csv', '', 'Expected a column configuration_identifier in the header of x.csv, got none.'],
    ['x.csv', 'id,region\na,eu', 'Expected a column configuration_identifier in the header of x.csv, got id, region.'],
    ['x.csv', 'configuration_identifier,a,a\nb,1,2', 'Expected each column once in x.csv, got "a" twice.'],
    ['x.csv', 'configuration_identifier,a\nb', /^Expected x\.csv to be CSV: .*line 2/],
    ['x', 'a\nb\n\na', 'Expected each configuration once in x, got "a" in lines 1 and 4.'],
    ['x.json', '["a",\n{"configuration_identifier":"a"}]', /got "a" in lines 1 and 2\.$/],
    ['x.json', '["a",\n""]', 'x.json, line 2: Expected a configuration not to be empty, got "".'],
    [
      'x.csv',
      'configuration_identifier,n\n,1',
      /^x\.csv, line 2: Expected configuration_identifier of a configuration not to be empty/,
    ],
    ['x.json', '[1]', /^x\.json, line 1: Expected a configuration to be a string or an object .*, got 1\.$/],
    ['x.json', '[null]', /got null\.$/],
    ['x.json', '[["a"]]', /got \["a"\]\.$/],
    [
      'x.json',
      '[{"id": "a"}]',
      /^x\.json, line 1: Expected configuration_identifier in a configuration, got \{"id":"a"\}/,
    ],
    [
      'x.json',
      '[{"configuration_identifier": 7}]',
      /Expected configuration_identifier of a configuration to be a string, got 7\.$/,
    ],
    [
      'x.json',
      '[{"configuration_identifier": "a", "system_test": false}]',
      /Expected no system_test in a configuration/,
    ],
    ['x.toml', 'a', /^Expected a file of a known type \(\.json, .*\.list, or no extension\), got x\.toml: rename it/],
    ['x.yaml', 'customers:\n- a', 'Expected x.yaml to be a YAML list, which it stops to be at line 1, column 1.'],
    ['x.yaml', '# none\n', 'Expected at least one configuration in x.yaml, got none.'],
    ['x.yaml', '- "a\n- b', /^Expected x\.yaml to be YAML \(Missing closing "quote\), which it stops to be at line 2,/],
    ['x.yaml', '- a\n---\n- b', 'Expected x.yaml to be one YAML document, which it stops to be at line 2, column 1.'],
    ['x.yaml', '- a\n- 007', /texts as identifiers \(in quotes, "007"\), which it stops to be at line 2, column 3\.$/],
    ['x.yaml', '- configuration_identifier: 1e3', /identifiers \(in quotes, "1e3"\)/],
    ['x.yaml', '- true', /identifiers \(in quotes, "true"\)/],
    ['x.yaml', '- a\n-\n', 'x.yaml, line 2: Expected a configuration to be a string or an object with '],
    ['x.yaml', '- {configuration_identifier: a, b: 1, b: 2}', /YAML \(Map keys must be unique\)/],
    ['x.yaml', '- !secret a', /YAML \(Unresolved tag: !secret\)/],
    ['x.yaml', '- {configuration_identifier: a, b: .inf}', /YAML with finite numbers, which .* column 36\.$/],
    ['x.yaml', '- &a {configuration_identifier: a, b: [*a, *a]}', /without an alias of what is around it/],
    ['x.yaml', `- &a [b]\n- [${'*a,'.repeat(101)}]`, /YAML \(Excessive alias count/],
    ['x.yaml', '- a\n- b\n- a', 'Expected each configuration once in x.yaml, got "a" in lines 1 and 3.'],
    ['x.yaml', '[', /^Expected x\.yaml to be YAML \(/],
    [
      'x',
      'x'.repeat(limits.identifierLength + 1),
      /Expected a configuration to have at most 1024 characters, got 1025/,
    ],
  ])('is refused with file and line: %s %j', (source, text, expected) => {
    const parse = () => parseConfigurations(text, source);

    expect(parse).toThrow(UserError);
    expect(parse).toThrow(expected);
  });

  const open = '['.repeat(8000);
  const nested = `${open}${']'.repeat(8000)}`;
  const indented = Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n');

  test.each([
    [
      'JSON',
      'x.json',
      `[${nested}]`,
      'be JSON that nests at most 100 deep, which it stops to be at line 1, column 102.',
    ],
    ['half of it', 'x.json', open, 'be JSON that nests at most 100 deep, which it stops to be at line 1, column 102.'],
    ['JSON Lines', 'x.jsonl', `{"a":${nested}}`, 'got a line 1 that is not JSON that nests at most 100 deep: {"a":['],
    ['YAML', 'x.yaml', `- ${nested}`, 'be YAML that nests at most 100 deep, which it stops to be at line 1, column'],
    ['half of it', 'x.yaml', open, 'be YAML that nests at most 100 deep, which it stops to be at line 1, column'],
    ['indented YAML', 'x.yaml', indented, 'be YAML that nests at most 100 deep, which it stops to be at line 102'],
  ])('is refused where it nests thousands deep: %s', (_, source, text, expected) => {
    const parse = () => parseConfigurations(text, source);

    expect(parse).toThrow(UserError);
    expect(parse).toThrow(expected);
  });

  test('may nest a hundred deep', () => {
    const deep = `{"configuration_identifier":"a","x":${'['.repeat(99)}${']'.repeat(99)}}`;

    expect(parseConfigurations(`[${deep}]`, 'x.json')).toEqual([JSON.parse(deep)]);
    expect(parseConfigurations(`- ${deep}`, 'x.yaml')).toEqual([JSON.parse(deep)]);
  });

  test('takes any JSON that JSON.parse takes, as YAML too, and gives the line of each element', () => {
    const record = fc.record({ configuration_identifier: fc.uuid(), payload: fc.jsonValue() });
    fc.assert(
      fc.property(fc.uniqueArray(record, { minLength: 1, selector: (one) => one.configuration_identifier }), (list) => {
        const text = `[${list.map((one) => JSON.stringify(one)).join(',\n')}]`;
        expect(parseConfigurations(text, 'x.json')).toEqual(JSON.parse(text));
        expect(parseConfigurations(text, 'x.yaml')).toEqual(JSON.parse(text));
        const repeated = `${text.slice(0, -1)},\n${JSON.stringify(list[0])}]`;
        expect(() => parseConfigurations(repeated, 'x.json')).toThrow(`in lines 1 and ${list.length + 1}`);
      }),
    );
  });

  test('is never read as anything but JSON by halves', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, at) => {
        const text = `["a", ${JSON.stringify(value)}]`;
        const broken = text.slice(0, at % text.length);
        expect(() => parseConfigurations(broken, 'x.json')).toThrow(UserError);
      }),
    );
  });
});
