import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvFile } from '../../../../scripts/local/app/envFile';
import { newDirectory, removeDirectories } from '../cloudAssembly';

afterAll(removeDirectories);

async function envFile(text: string): Promise<EnvFile> {
  const file = join(newDirectory(), 'functions.env');
  writeFileSync(file, text);
  return EnvFile.read(file, new AbortController().signal);
}

/** What is said of a file with that text, without its folder. */
async function complaint(text: string): Promise<string> {
  const error = await envFile(text).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return (error as Error).message.replaceAll(/\/\S*(?=functions\.env)/g, '');
}

test('gives a function the variables for all, and its own in their place, by any of its names', async () => {
  const file = await envFile(
    [
      '\uFEFF# for all',
      'STAGE=test',
      'export TABLE = "my table" # said twice',
      '',
      `KEY='-----BEGIN`,
      'abc=',
      `-----END'`,
      'Reports.STAGE=staging',
      'shop-reports.TABLE=',
      'Other.STAGE=none',
    ].join('\r\n'),
  );
  const key = '-----BEGIN\nabc=\n-----END';
  expect(file.variablesOf(['Reports', 'Reports12345678', 'shop-reports'])).toEqual({
    STAGE: 'staging',
    TABLE: '',
    KEY: key,
  });
  expect(file.variablesOf(['Feeds'])).toEqual({ STAGE: 'test', TABLE: 'my table', KEY: key });
});

test.each([
  ['A1=a\nhunter2secret', 'Expected NAME=value in functions.env, line 2, got "hunter2s…".'],
  ['STAGE prod-secret', 'Expected NAME=value in functions.env, line 1, got "STAGE…".'],
  ['\n\n=secret', 'Expected NAME=value in functions.env, line 3, got "…".'],
  ['my key=secret', 'Expected NAME=value in functions.env, line 1, got "my…".'],
  ['KEY="secret\nA1=secret', 'Expected NAME=value in functions.env, line 1, got a quote that is not closed.'],
  ['__proto__=secret', /^Expected NAME=value in functions\.env, line 1, got "__proto_…"\.$/],
  ['1A=secret', /^Expected a name in functions\.env, line 1, that Lambda takes .* got "1A"\.$/],
  ['Reports.my-key=secret', /that Lambda takes .* got "my-key"\.$/],
  ['Reports.=secret', /that Lambda takes .* got ""\.$/],
  [
    'AWS_REGION=secret',
    /^Expected no variable in functions\.env, line 1, .* got AWS_REGION: --function-profile gives /,
  ],
  ['A.LAMBDA_TASK_ROOT=secret', /^Expected no variable in .* that Lambda sets itself, got LAMBDA_TASK_ROOT\.$/],
  ['A1=secret\n\nA1=secret', 'Expected A1 once in functions.env, got it in the lines 1 and 3.'],
])('refuses %j, and shows no value', async (text, message) => {
  const said = await complaint(text);
  expect(said).toMatch(message);
  expect(said).not.toContain('secret');
});

test('refuses a file that is not there, and one that is no text', async () => {
  const stop = new AbortController().signal;
  await expect(EnvFile.read('/nonexistent/a.env', stop)).rejects.toThrow(
    "Expected --env-file to name a file, but /nonexistent/a.env can't be read: there is no such file.",
  );
  await expect(complaint('A1=\0')).resolves.toMatch('Expected functions.env to be UTF-8 text');
});

test('refuses a function that there is not, and a name that several have', async () => {
  const functions = [
    { functionName: 'one-reports', names: ['Reports', 'Reports1', 'one-reports'] },
    { functionName: 'two-reports', names: ['Reports', 'Reports2', 'two-reports'] },
  ];
  const good = await envFile('Reports2.STAGE=a\none-reports.STAGE=b');
  expect(() => good.checkFunctions(functions)).not.toThrow();
  const unknown = await envFile('A1=1\nReport.STAGE=secret');
  expect(() => unknown.checkFunctions(functions)).toThrow(
    /functions\.env, line 2, to name one function of the app, got "Report", which is the name of none: Reports, Reports\.$/,
  );
  const several = await envFile('Reports.STAGE=secret');
  expect(() => several.checkFunctions(functions)).toThrow(
    'got "Reports", which is the name of several: one-reports, two-reports.',
  );
});
