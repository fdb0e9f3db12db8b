import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { awsEnv, cleanEnv, inProcess, serveApp, type ServedApp } from '../command';

const directory = mkdtempSync(join(tmpdir(), 'bad-input-'));
const file = (name: string, content: string) => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};
const config = ['run', '--configurations'];
const large = JSON.stringify(
  Array.from({ length: 40 }, (_, i) => ({ configuration_identifier: `c${i}`, x: 'y'.repeat(7000) })),
);
const arn = 'arn:aws:states:us-east-1:123456789012:stateMachine:Missing';

let app: ServedApp;
beforeAll(async () => {
  app = await serveApp();
});
afterAll(async () => {
  await app.close();
  rmSync(directory, { recursive: true });
});

/** `ENDPOINT` among the arguments stands for the flags that lead to the endpoint. */
async function refusal(args: string[], env: Record<string, string | undefined> = awsEnv) {
  const { code, stdout, stderr } = await inProcess(
    args.flatMap((arg) => (arg === 'ENDPOINT' ? app.flags : [arg])),
    { env },
  );
  return { code, stdout, stderr };
}

test.each([
  ['a missing file', [...config, 'missing.json'], /missing\.json can't be read: there is no such file\.$/],
  ['a directory', [...config, directory], /can't be read: it is a directory\.$/],
  [
    'a file that is not JSON',
    [...config, file('a.json', '["a",\n}')],
    /to be JSON, which it stops to be at line 2, column 1\.$/,
  ],
  [
    'an empty list',
    [...config, file('b.json', '[]')],
    /^Expected at least one configuration in .*b\.json, got none\.$/,
  ],
  ['a duplicate in a file', [...config, file('c.txt', 'a\nb\na\n')], /got "a" in lines 1 and 3\.$/],
  [
    'an empty identifier',
    [...config, file('d.json', '["a", " "]')],
    /line 1: Expected a configuration not to be empty, got " "\.$/,
  ],
  [
    'an identifier that is no string',
    [...config, file('e.json', '["a",\n7]')],
    /line 2: Expected a configuration to be a string or/,
  ],
  [
    'an overridden system_test',
    [...config, file('f.csv', 'configuration_identifier,system_test\na,false')],
    /Expected no system_test/,
  ],
  [
    'an input over 256 KiB',
    [...config, file('g.json', large)],
    /^Expected the input to have at most 262,144 bytes, .* got 28\d,\d{3}: /,
  ],
  ['an empty standard input', [...config, '-'], /^Expected at least one configuration in standard input, got none\.$/],
  [
    'a duplicate among the identifiers',
    ['run', 'a', 'b', 'a'],
    /^Expected each configuration once, got "a" more than once\.$/,
  ],
  ['an empty identifier among them', ['run', ''], /^Expected a configuration not to be empty, got ""\.$/],
  [
    'identifiers and a file',
    [...config, 'x.json', 'a'],
    /^Expected either identifiers or --configurations, got both\.$/,
  ],
  ...['0', '10001', 'ten', '1.5', '', '-1', '1e1'].map((value): [string, string[], RegExp] => [
    `${value || 'nothing'} for the concurrency`,
    ['run', `--max-concurrency=${value}`],
    new RegExp(`^Expected --max-concurrency to be an integer from 1 to 10000, got "${value}"\\.$`),
  ]),
  [
    'a share over 100 %',
    ['run', '--tolerated-failures', '101%'],
    /^Expected --tolerated-failures to be a count such as/,
  ],
  ['a negative count', ['run', '--tolerated-failures=-1'], /got "-1"\.$/],
  ...['0', '0m', '5d', '5 m', '1h30m', 'm', '8761h'].map((value): [string, string[], RegExp] => [
    `${value} for a time`,
    ['run', '--timeout', value],
    new RegExp(`^Expected --timeout to be a time such as 90s, 5m, 1h or 600, in seconds, .* got "${value}"\\.$`),
  ]),
  ['a pattern that is none', ['run', '--grep', '('], /^Expected --grep to be a regular expression, got "\(": .*\.$/],
  ['an empty pattern', ['run', '--grep='], /^Expected --grep to be a regular expression, got an empty one\.$/],
  [
    'a pattern that matches none of those that are named',
    ['run', 'a', 'b', 'c', 'd', '--grep', '^e'],
    /^Expected --grep to match a configuration, got "\^e", which matches none of 4 configurations: "a", "b", "c" and 1 more\.$/,
  ],
  [
    'a pattern that matches none of a file',
    [...config, file('g.txt', 'a'), '--grep', 'b'],
    /which matches none of 1 configuration: "a"\.$/,
  ],
  [
    "a pattern that matches none of the construct's",
    ['run', 'ENDPOINT', '--grep', 'bad'],
    /which matches none of 2 configurations: "good_0", "good_1"\.$/,
  ],
  [
    'a pattern for a construct that has none',
    ['run', 'ENDPOINT', '--stack', 'Twins', '--test', 'First', '--grep', 'a'],
    /^Expected configurations for --grep to select from, got none of arn:\S+, as its construct has none: name them/,
  ],
  [
    'a pattern for an alias',
    ['run', 'ENDPOINT', '--state-machine', `${arn}:live`, '--grep', 'a'],
    /^Expected a state machine or a version of it with --grep, got the alias arn:\S+:Missing:live, which may lead to /,
  ],
  [
    "a pattern for a machine that doesn't exist",
    ['run', 'ENDPOINT', '--state-machine', arn, '--grep', 'a'],
    /^Expected a state machine that exists, got none with the ARN arn/,
  ],
  ['a name with a space', ['run', '--name', 'my run'], /^Expected --name to be 1 to 80 characters without spaces/],
  ['a name of 81 characters', ['run', '--name', 'x'.repeat(81)], /^Expected --name/],
  [
    'another report',
    ['run', '--report', 'pdf'],
    /^Expected --report to be FORMAT or FORMAT=FILE, the format one of text, json, .*got "pdf"\.$/,
  ],
  ['a report without a file name', ['run', '--report', 'json='], /got "json="\.$/],
  [
    'two reports in one place',
    ['run', '--report', 'text', '--report', 'json'],
    /^Expected each --report in a place of its own/,
  ],
  [
    'two reports in one file',
    ['run', '--report', 'text=all.txt', '--report', 'json=./all.txt'],
    /^Expected each --report in a place of its own, got two for \.\/all\.txt\.$/,
  ],
  ...['configurations', 'rerun-failed', 'longest-first', 'known-failures'].map((flag): [string, string[], RegExp] => [
    `a report over the file of --${flag}`,
    ['run', `--${flag}`, file('precious', '["a"]'), '--report', `json=${directory}/../${basename(directory)}/precious`],
    /^Expected --report to name a file that is not read, got the input .*precious\.$/,
  ]),
  ['a report in a missing directory', ['run', '--report', 'json=nowhere/result.json'], /there is no directory nowhere/],
  [
    'an ARN of something else',
    ['run', '--state-machine', 'arn:aws:s3:::bucket'],
    /^Expected --state-machine to be an ARN such as/,
  ],
  [
    'a Region that contradicts the ARN',
    ['run', '--state-machine', arn, '--region', 'eu-west-1'],
    /^Expected --region to be that of/,
  ],
  [
    'a Region that is none',
    ['run', '--region', 'Ireland'],
    /^Expected --region to be a Region such as eu-west-1, got "Ireland"\.$/,
  ],
  ['an endpoint that is no URL', ['run', '--endpoint-url', 'localhost'], /^Expected --endpoint-url to be a URL/],
  ['an app without --local', ['run', '--app', 'cdk.out'], /^Expected --app only together with --local\.$/],
  ['--local with an endpoint', ['run', '--local', '--endpoint-url', 'http://localhost'], /cannot be used with/],
  ['two targets', ['run', '--stack', 'A', '--state-machine', arn], /cannot be used with/],
  ['quiet and verbose', ['run', '--quiet', '--verbose'], /cannot be used with/],
  [
    'an unknown flag',
    ['run', '--max-concurency', '3'],
    /^unknown option '--max-concurency' \(Did you mean --max-concurrency\?\)$/,
  ],
  ['a flag without its value', ['run', '--stack'], /^option '--stack <NAME>' argument missing$/],
  ['an unknown command', ['rnu'], /^unknown command 'rnu' \(Did you mean run\?\)$/],
  [
    'an unknown stack',
    ['run', 'ENDPOINT', '--stack', 'Missing'],
    /^Expected a stack named Missing, got none in this account and Region/,
  ],
  [
    'a stack without a system test',
    ['run', 'ENDPOINT', '--stack', 'Other'],
    /^Expected a system test in the stack Other, got none/,
  ],
  [
    'a stack with two',
    ['run', 'ENDPOINT', '--stack', 'Twins'],
    /^Expected one system test in the stack Twins, got 2: choose one with --test: Twins\/First, Twins\/Second\.$/,
  ],
  [
    'a system test that the stack has not',
    ['run', 'ENDPOINT', '--stack', 'Twins', '--test', 'Third'],
    /^Expected --test to be the path of .* got "Third": it has Twins\/First, Twins\/Second\.$/,
  ],
  [
    'a system test of a state machine that is named',
    ['run', '--state-machine', arn, '--test', 'First'],
    /^option '--test <ID>' cannot be used with option '--state-machine <ARN>'/,
  ],
  [
    "a machine that doesn't exist",
    ['run', 'ENDPOINT', '--state-machine', arn],
    /^Expected a state machine that exists, got none with the ARN arn/,
  ],
  ['an app that cannot be served', ['run', '--local', '--app', directory], /without a manifest\.json/],
] as [string, string[], RegExp][])('%s: one sentence, exit code 2, nothing started', async (_, args, sentence) => {
  const { code, stdout, stderr } = await refusal(args);

  const lines = stderr.trimEnd().split('\n');
  expect({ lines: lines.length, code, stdout }).toEqual({ lines: 1, code: 2, stdout: '' });
  expect(lines[0]).toMatch(/^error: /);
  expect(lines[0]!.slice('error: '.length)).toMatch(sentence);
  await expect(app.executions()).resolves.toBe(0);
});

test.each([
  [
    'no credentials',
    { ...cleanEnv, AWS_REGION: 'us-east-1' },
    /^error: Expected valid AWS credentials, got none .*--profile/,
  ],
  ['no Region', { ...awsEnv, AWS_REGION: undefined }, /^error: Expected a Region, got none: give --region/],
  [
    'an unknown profile',
    { ...awsEnv, AWS_PROFILE: 'nobody' },
    /^error: Expected AWS_PROFILE to name a profile of the shared config files, got "nobody": aws configure list-profiles/,
  ],
  [
    'an unknown profile of a flag',
    awsEnv,
    /^error: Expected --profile to name a profile of the shared config files, got "raal"/,
    ['--profile', 'raal'],
  ],
] as [string, Record<string, string | undefined>, RegExp, string[]?][])(
  '%s: one sentence, exit code 2, nothing started',
  async (_, env, sentence, flags = []) => {
    const { code, stderr } = await refusal(['run', 'ENDPOINT', ...flags], env);

    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(code).toBe(2);
    await expect(app.executions()).resolves.toBe(0);
  },
);

test('no command at all shows the help and is wrong use', async () => {
  const { code, stdout, stderr } = await refusal([]);

  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^Usage: system-test/);
});

test('what the state machine itself refuses is wrong use as well', async () => {
  const { code, stderr } = await refusal(['run', '--endpoint-url', app.endpoint.url, 'god_1']);

  expect(stderr).toMatch(
    /error: The state machine refused its input: [^:]*, got "god_1": did you mean "good_1"\? .*--allow-unknown/,
  );
  expect(code).toBe(2);
});
