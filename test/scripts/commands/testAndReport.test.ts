import { PassThrough, Readable } from 'node:stream';
import type { RunResult } from '../../../lib/wire';
import { testAndReport } from '../../../scripts/commands/testAndReport';
import { FakeClock } from '../fakeClock';
import { failed, passed, runResultOf } from '../runResults';

/** What the command says and ends with where testing comes to a result. */
async function ended(result: RunResult, { interrupted = false, local = true } = {}) {
  const stop = new AbortController();
  let stderr = '';
  const code = await testAndReport(
    ['a'],
    { local, redactCredentials: true, cost: true, color: false, progress: false },
    {
      env: {},
      cwd: () => process.cwd(),
      stdin: Readable.from([]),
      stdout: new PassThrough(),
      stderr: new PassThrough().on('data', (chunk: Buffer) => (stderr += chunk.toString())),
      clock: new FakeClock(),
      stop: stop.signal,
      leave: new AbortController().signal,
    },
    {
      open: () =>
        Promise.resolve({
          test: () => {
            if (interrupted) {
              stop.abort();
            }
            return Promise.resolve({ result, repeatable: true });
          },
          findConfigurations: () => Promise.resolve(undefined),
          whyNoVerdict: () => 'No verdict.',
          close: () => Promise.resolve(),
        }),
    },
  );
  return { code, stderr };
}

const bad = runResultOf([failed('a')]);

const runbook = 'What the verdicts and errors mean, and what to do: docs/runbook.md\n';

describe('the end of a run', () => {
  test('says what the exit code 1 is for on a laptop', async () => {
    await expect(ended(bad)).resolves.toEqual({
      code: 1,
      stderr: `To run just this one again: system-test run --local a\n${runbook}The exit code is 1, which is what stops a pipeline.\n`,
    });
    await expect(ended(bad, { local: false })).resolves.toEqual({
      code: 1,
      stderr: `To run just this one again: system-test run a\n${runbook}`,
    });
  });

  test('says on a laptop which flags give the functions what they lacked, and fails all the same', async () => {
    const result = runResultOf([failed('a', { error: { type: 'NoCredentialsError', message: 'Unable to locate' } })]);
    const { code, stderr } = await ended(result);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^1 configuration failed with NoCredentialsError: .* --function-profile NAME /);
    expect((await ended(result, { local: false })).stderr).not.toContain('--function-profile');
  });

  test('says nothing of an exit code 1 where it is 130', async () => {
    await expect(ended(bad, { interrupted: true })).resolves.toEqual({ code: 130, stderr: '' });
  });

  test('says once why what came back is not believed, which is no verdict however much passed', async () => {
    const disagreement = 'the result names no configuration';

    await expect(ended({ ...runResultOf([passed('a')]), verdict: 'ERRORED', disagreement })).resolves.toEqual({
      code: 3,
      stderr: `error: There is no verdict, as what came back does not agree: ${disagreement}.\n${runbook}`,
    });
  });
});
