import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { costOf } from '../../../scripts/cost/cost';
import { inProcess } from '../command';
import { failed, passed, runResultOf } from '../runResults';

const directory = mkdtempSync(join(tmpdir(), 'plan-'));
afterAll(() => rmSync(directory, { recursive: true }));
const file = (name: string, content: string) => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};
const plan = (args: string[]) => inProcess(['plan', ...args]);

test('says what a run takes, by the durations of an earlier one', async () => {
  const results = Array.from({ length: 12 }, (_, index) =>
    passed(`config_${index}`, { duration_ms: (index + 1) * 1000, billed_ms: (index + 1) * 1000 }),
  );
  const cost = costOf({ results, memoryMb: 128, architecture: 'x86_64', region: 'eu-west-1', stateTransitions: 17 });
  const earlier = file('earlier.json', JSON.stringify(runResultOf(results, { cost })));

  const { code, stdout, stderr } = await plan(['--longest-first', earlier, '--max-concurrency', '4']);

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatchInlineSnapshot(`
   "Configurations      12, at most 4 at once
   Input               174 of 262,144 bytes
   Output              19,897 bytes for what each returns or logs; more is cut
   State transitions   17, and one for each retry
   Events              98 of 25,000, and three for each retry
   Longest             12.0s, config_11
   All together        78.0s
   The run takes       24.0s in this order
                       21.0s with --longest-first
                       19.5s at the least, in any order
   Cost                about $0.000590
   "
  `);
});

test('says what fits where nothing is known of earlier runs', async () => {
  const names = file('names.txt', Array.from({ length: 1200 }, (_, index) => `config_${index}`).join('\n'));

  const { stdout } = await plan(['--configurations', names]);

  expect(stdout).toMatch(/^Configurations {6}1,200, at most 10 at once\n/);
  expect(stdout).toContain('more than the 998 configurations that 5 retries allow\n');
});

test('says where the earlier run tells nothing of them', async () => {
  const earlier = file('other.json', JSON.stringify(runResultOf([failed('other', { duration_ms: undefined })])));

  await expect(plan(['a', '--longest-first', earlier])).resolves.toMatchObject({
    code: 0,
    stdout: expect.stringContaining('other.json tells no durations of them.\n'),
  });
});

const keys = { configuration_identifier: 'a', x: '' };
/** Configurations whose JSON fills the input of an execution, with no byte to spare. */
const full = [{ ...keys, x: 'y'.repeat(262_144 - JSON.stringify({ configurations: [keys] }).length) }];

const files: Record<string, string> = {
  many: file('many.txt', Array.from({ length: 3000 }, (__, index) => `config_${index}`).join('\n')),
  full: file('full.json', JSON.stringify(full)),
  long: file('long.txt', Array.from({ length: 250 }, (__, index) => `${'x'.repeat(1000)}${index}`).join('\n')),
};

test.each([
  ['nothing', [], /^error: Expected configurations to plan for, got none/],
  [
    'too many',
    ['--configurations', 'many'],
    /^error: Expected at most 2,496 configurations, got 3,000: more do not fit/,
  ],
  ['too long names', ['--configurations', 'long'], /^error: Expected shorter identifiers: their results do not fit/],
  [
    'an input that has no room for the defaults',
    ['--configurations', 'full'],
    /^error: Expected the input to have at most 262,144 bytes, .*, got 262,18\d: give fewer configurations/,
  ],
])('is refused for %s', async (_, args, message) => {
  const { code, stderr } = await plan(args.map((arg) => files[arg] ?? arg));

  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

test.each(['many', 'long', 'full'])(
  'refuses what a run refuses before it calls anything, by the same words: %s',
  async (name) => {
    const given = ['--configurations', files[name]!];

    const { code, stderr } = await inProcess(['run', '--endpoint-url', 'http://127.0.0.1:9', ...given]);

    expect({ code, stderr }).toEqual({ code: 2, stderr: (await plan(given)).stderr });
  },
);

test('counts what --allow-unknown adds to the input', async () => {
  const bytes = async (...flags: string[]) => /^Input +(\d+) /m.exec((await plan(['a', ...flags])).stdout)?.[1];

  await expect(bytes()).resolves.toBe('24');
  await expect(bytes('--allow-unknown')).resolves.toBe('45');
});

test('shows no secrets and gives a CI server no orders', async () => {
  const results = [passed('##vso[task.complete result=Succeeded;]password=hunter2', { duration_ms: 1000 })];
  const earlier = file('hostile.json', JSON.stringify(runResultOf(results)));

  const { stdout } = await inProcess(['plan', '--longest-first', earlier], { env: { TF_BUILD: 'True' } });

  expect(stdout).toContain('# #vso[task.complete result=Succeeded;]password=[redacted]');
});
