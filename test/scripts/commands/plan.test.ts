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
  expect(stdout.replace(directory, '')).toMatchInlineSnapshot(`
   "Configurations      12, at most 4 at once
                       those of /earlier.json, 2026-01-01T00:00:00.000Z
                       not asked: what their source lists now
   Input               174 of 262,144 bytes
   Mode, where AUTO    INLINE
                       12 fit in one history and output
   Longest             12.0s, config_11
   All together        78.0s

                                INLINE    DISTRIBUTED    DISTRIBUTED    DISTRIBUTED
   Children                          -       STANDARD       STANDARD        EXPRESS
   Batch size                        -              1             10             10
   Possible                        yes            yes            yes            yes
   At once                           4              4              4              4
   Child executions                  -             12              2              2
   Events of 25,000                 98             16             16             16
   State transitions                17             29             21              5
   Bytes of a result            19,897        240,000         24,000         24,000
   Bytes of output                   -             25             11             11
   All started after                 -           0.1s           0.0s           0.0s
   In this order                 24.0s          24.0s          55.0s          55.0s
   Longest first                 21.0s          21.0s          75.0s          75.0s
   At the least                  19.5s          19.5s          55.0s          55.0s
   Price, Lambda             $0.000165      $0.000165      $0.000165      $0.000165
   Price, transitions        $0.000425      $0.000725      $0.000525      $0.000125
   Price, EXPRESS                    -              -              -      $0.000083
   Price, S3                     $0.00      $0.000070      $0.000016      $0.000016
   Price together            $0.000590      $0.000960      $0.000706      $0.000389

   The configurations of a batch are tested one after the other.
   Each retry takes one more state transition, and inline three more events.
   List prices of eu-west-1, 2026-11-22; of us-east-1 for EXPRESS and S3.
   "
  `);
});

test('says how a set is run that does not fit inline, and compares the ways', async () => {
  const names = file('names.txt', Array.from({ length: 1200 }, (_, index) => `config_${index}`).join('\n'));

  const { stdout } = await plan(['--configurations', names, '--max-concurrency', '1000']);

  expect(stdout).toMatchInlineSnapshot(`
   "Configurations      1,200, at most 1,000 at once
   Input               15,733 of 262,144 bytes
   Mode, where AUTO    DISTRIBUTED
                       998 at most fit in 25,000 events with 5 retries each

                                INLINE    DISTRIBUTED    DISTRIBUTED    DISTRIBUTED
   Children                          -       STANDARD       STANDARD        EXPRESS
   Batch size                        -              1             10             10
   Possible                         no            yes            yes            yes
   At once                          40          1,000          1,000          1,000
   Child executions                  -          1,200            120            120
   Events of 25,000              8,414             16             16             16
   State transitions             1,205          2,405          1,445              5
   Bytes of a result               120        240,000         24,000         24,000
   Bytes of output                   -          2,401            601            601
   All started after                 -          12.0s           1.2s           0.1s
   Price, transitions          $0.0301        $0.0601        $0.0361      $0.000125
   Price, S3                     $0.00      $0.006490      $0.000653      $0.000653

   INLINE: 998 at most fit in 25,000 events with 5 retries each.
   The configurations of a batch are tested one after the other.
   Each retry takes one more state transition, and inline three more events.
   Lambda and EXPRESS cost by durations, which the report of a run tells.
   List prices of us-east-1, 2026-11-22.
   "
  `);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

test.each([
  [8_000, '110,910 of 262,144 bytes'],
  [10_000, '138,910 of 262,144 bytes: too many for the construct or a lister'],
  [10_001, 'none holds 10,001 configurations: only a source in S3 does'],
])('says where a list of %d has room', async (count, room) => {
  const names = file('list.txt', Array.from({ length: count }, (_, index) => `config_${index}`).join('\n'));

  expect((await plan(['--configurations', names])).stdout).toContain(`\nInput               ${room}\n`);
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
  vast: file('vast.txt', Array.from({ length: 131_072 }, (__, index) => index).join('\n')),
  full: file('full.json', JSON.stringify(full)),
  long: file('long.txt', Array.from({ length: 250 }, (__, index) => `${'x'.repeat(1000)}${index}`).join('\n')),
};

test.each([
  ['nothing', [], /^error: Expected configurations to plan for, got none/],
  [
    'too many',
    ['--mode', 'inline', '--configurations', 'many'],
    /^error: Expected at most 2,496 configurations, got 3,000: more do not fit/,
  ],
  [
    'too long names',
    ['--mode', 'inline', '--configurations', 'long'],
    /^error: Expected shorter identifiers: their results do not fit/,
  ],
  [
    'a mode that there is not',
    ['a', '--mode', 'fast'],
    /^error: Expected --mode to be INLINE, DISTRIBUTED or AUTO, got "fast"\.$/m,
  ],
  [
    'a batch of none',
    ['a', '--batch-size', '0'],
    /^error: Expected --batch-size to be an integer from 1 to 100, got "0"/,
  ],
  [
    'more children than an output has room for',
    ['--mode', 'distributed', '--batch-size', '1', '--configurations', 'vast'],
    /^error: Expected configurations that one execution can test, got 131,072: 131,072 children put out 262,145 bytes/,
  ],
  [
    'an input that has no room for the defaults',
    ['--mode', 'inline', '--configurations', 'full'],
    /^error: Expected the input to have at most 262,144 bytes, .*, got 262,18\d: give fewer configurations/,
  ],
])('is refused for %s', async (_, args, message) => {
  const { code, stderr } = await plan(args.map((arg) => files[arg] ?? arg));

  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

test('refuses inline what a run refuses before it calls anything, by the same words', async () => {
  const given = ['--configurations', files.full!];

  const { code, stderr } = await inProcess(['run', '--endpoint-url', 'http://127.0.0.1:9', ...given]);

  expect({ code, stderr }).toEqual({ code: 2, stderr: (await plan([...given, '--mode', 'inline'])).stderr });
});

test('says it as JSON for programs', async () => {
  const results = [passed('config_0', { duration_ms: 1000, billed_ms: 1000 }), passed('password=hunter2')];
  const cost = costOf({ results, memoryMb: 1024, architecture: 'x86_64', region: 'eu-west-1', stateTransitions: 7 });
  const earlier = file('json.json', JSON.stringify(runResultOf(results, { cost })));

  const { code, stdout } = await plan([
    '--longest-first',
    earlier,
    '--json',
    '--mode',
    'distributed',
    '--batch-size',
    '2',
  ]);

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    schema_version: 1,
    total: 2,
    max_concurrency: 10,
    input_bytes: 50,
    configurations_of: { file: earlier, started_at: '2026-01-01T00:00:00.000Z' },
    mode: 'INLINE',
    because: '2 fit in one history and output',
    durations: {
      longest: { configuration_identifier: 'password=[redacted]', duration_ms: 3004.1 },
      sum_ms: 4004.1,
      unknown: 0,
    },
    price_region: 'eu-west-1',
    ways: [
      { batch_size: 1, execution_type: 'STANDARD' },
      { batch_size: 2, execution_type: 'STANDARD' },
      {
        mode: 'DISTRIBUTED',
        batch_size: 2,
        execution_type: 'EXPRESS',
        obstacles: [],
        at_once: 10,
        children: 1,
        events: 16,
        state_transitions: 5,
        result_bytes: 120_000,
        output_bytes: 4,
        starts_ms: 0,
        takes_ms: { least: 4004.1, given: 4004.1, longest_first: 4004.1 },
        s3_requests: { puts: 1, lists: 1, gets: 1 },
        usd: {
          lambda: cost.lambda_usd,
          state_transitions: 0.000125,
          express: 0.000005271,
          s3: 0.0000104,
          total: expect.any(Number),
        },
      },
    ],
  });
});

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
