import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult } from '../../lib/wire';
import { cleanEnv, start, trigger } from '../scripts/command';
import { describeWith, outputOfProgram } from '../scripts/local/clientFixture';
import { shell } from './shell';

const total = 2000;
const directory = mkdtempSync(join(tmpdir(), 'laptop-'));
const saved = join(directory, 'result.json');
afterAll(() => rmSync(directory, { recursive: true }));

/** The commands of the page's last part, for fewer configurations, in a folder of the test. */
const page = readFileSync(join(__dirname, '..', '..', 'docs', 'scale.md'), 'utf8');
const [byRun, byPlan, served, byHand] = [...page.slice(page.indexOf('on a laptop')).matchAll(/```sh\n([^]*?)```/g)].map(
  ([, block]) =>
    block!
      .replace('Array(10000)', `Array(${total})`)
      .replaceAll('npm run -s trigger --', `node ${trigger}`)
      .replaceAll(/(?<= )buckets\b/g, join(directory, 'buckets'))
      .replaceAll('result.json', saved),
);

/** Where the endpoint is; rejects if it ends before it serves. */
function servedUrl(child: ChildProcess): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    child.stdout!.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const [, url] = /^Serving the app at (http:\S+),/m.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.on('close', () => reject(new Error(`The endpoint has ended: ${said}`)));
  });
}

const lastLine = (failed: number) => `${total - failed} of ${total} passed the test - ${failed} failed\n`;
let result: RunResult;

test('a list in a folder is tested by a Distributed Map on this machine', async () => {
  const { code, stdout, stderr } = await shell(byRun!, cleanEnv);

  expect({ code, errors: /^error: .*/m.exec(stderr)?.[0] }).toEqual({ code: 1, errors: undefined });
  result = JSON.parse(readFileSync(saved, 'utf8')) as RunResult;
  const failed = result.results.filter(({ status }) => status === 'FAILED').length;
  expect(result).toMatchObject({ mode: 'DISTRIBUTED', total, failed, errored: 0 });
  expect(new Set(result.results.map((one) => one.configuration_identifier)).size).toBe(total);
  expect(failed).toBeGreaterThan(total * 0.1);
  expect(stdout).toMatch(lastLine(failed));
});

test('its durations say what a run on AWS would take', async () => {
  const { code, stdout } = await shell(byPlan!, cleanEnv);

  expect(code).toBe(0);
  expect(stdout).toMatch(/^Configurations {6}2,000, at most 1,000 at once\n/);
  expect(stdout).toMatch(/^At the least( +\S+s){4}$/m);
});

describeWith('the AWS CLI', 'aws', ['--version'])('the AWS CLI', () => {
  test('starts the same, and Map Run, files and report agree', async () => {
    const variables = Object.fromEntries(
      [...byRun!.matchAll(/(SYSTEM_TEST_\w+)=(\S+)/g)].map(([, name, value]) => [name, value]),
    );
    const [, flags] = /^node \S+ (local .*) --port 8123\n$/.exec(served!)!;
    const { child, ended } = start([...flags!.split(' '), '--port', '0'], { env: { ...cleanEnv, ...variables } });
    try {
      const url = await servedUrl(child);
      const env = { ...cleanEnv, AWS_PAGER: '' };
      const { stdout, stderr } = await shell(byHand!.replace('http://127.0.0.1:8123', url), env);

      expect(stderr).not.toMatch(/^error: /m);
      const [, report, counts, cause] = /^([^]*?failed\n)(\{\n[^]*?\n\})\n(.*)\n$/.exec(stdout)!;
      expect(report!.endsWith(lastLine(result.failed))).toBe(true);
      expect(JSON.parse(counts!)).toMatchObject({ total, succeeded: total, failed: 0, pending: 0, running: 0 });
      const [, sentence, location] = /^(.*): see (s3:\S+\/by-hand\/)not_passed\/\.$/.exec(cause!)!;
      expect(sentence).toBe(`${result.failed} of ${total} configurations failed the system test`);
      const access = {
        AWS_ENDPOINT_URL: url,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'a',
        AWS_SECRET_ACCESS_KEY: 'b',
      };
      const listed = await outputOfProgram('aws', ['s3', 'ls', '--recursive', location!], { ...env, ...access });
      const keys = listed.trimEnd().split('\n');
      expect({ all: keys.length, not: keys.filter((key) => key.includes('/not_passed/')).length }).toEqual({
        all: total,
        not: result.failed,
      });
    } finally {
      child.kill('SIGINT');
      await ended;
    }
  });
});
