import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Configuration } from '../../lib';
import type { RunResult } from '../../lib/wire';
import { deployLocally, type LocalSystemTest } from '../localSystemTest';
import { awsEnv, inProcess } from './command';

let test: LocalSystemTest;
let directory: string;

beforeAll(async () => {
  // The SDK takes its credentials from there.
  Object.assign(process.env, awsEnv);
  directory = mkdtempSync(join(tmpdir(), 'system-test-'));
  test = await deployLocally({
    code: 'return { event, inherited: event.inherited, system_test_successful: true };',
    props: { configurations: [Configuration.of('__proto__', { region: 'eu' })] },
  });
});
afterAll(async () => {
  await test.close();
  rmSync(directory, { recursive: true });
});

/** The responses in the JSON report, as JSON text. */
async function responses(...args: string[]): Promise<string[]> {
  const flags = ['--stack', 'SystemTest', '--endpoint-url', test.endpoint.url, '--report', 'json', '--no-progress'];
  const { code, stdout, stderr } = await inProcess([...args, ...flags], { env: awsEnv });
  expect(code === 0 ? '' : stderr).toBe('');
  return (JSON.parse(stdout) as RunResult).results.map(({ response }) => JSON.stringify(response));
}

describe.each(['run', 'invoke'])('%s', (command) => {
  it.each<[string, string, string]>([
    [
      'a.json',
      '[{"configuration_identifier":"a","__proto__":{"inherited":true},"constructor":1}]',
      '{"inherited":true}',
    ],
    ['a.csv', 'configuration_identifier,__proto__,constructor\na,b,1\n', '"b"'],
    ['a.yaml', '- {configuration_identifier: a, __proto__: {inherited: true}, constructor: 1}\n', '{"inherited":true}'],
  ])('gives the function the key __proto__ of %s, and nothing inherits from it', async (file, content, value) => {
    writeFileSync(join(directory, file), content);
    const [response] = await responses(command, '--configurations', join(directory, file));
    expect(response).toContain(`"__proto__":${value}`);
    expect(response).toMatch(/"constructor":"?1"?/);
    expect(response).not.toContain('"inherited":true,"system');
  });
});

it("gives a configuration named __proto__ the construct's keys for it", async () => {
  expect(await responses('run', '__proto__')).toEqual([expect.stringContaining('"region":"eu"')]);
});
