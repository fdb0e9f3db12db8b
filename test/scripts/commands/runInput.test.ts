import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Configuration } from '../../../lib';
import type { RunResult } from '../../../lib/wire';
import { deploy, run, type DeployedTest } from '../faults/faultyLine';

let deployed: DeployedTest;
const directory = mkdtempSync(join(tmpdir(), 'run-input-'));
beforeAll(async () => {
  deployed = await deploy({
    props: { configurations: ['good', Configuration.of('good too', { region: 'eu' })] },
  });
});
afterAll(async () => {
  await deployed.close();
  rmSync(directory, { recursive: true });
});

/** The inputs of the executions that a run starts. */
async function inputs(...args: string[]): Promise<{ inputs: unknown[]; result?: RunResult }> {
  const { proxy, result } = await run(deployed, args);
  const starts = proxy.calls.filter(({ operation }) => operation === 'StartExecution');
  return {
    inputs: starts.map(({ body }) => JSON.parse((JSON.parse(body) as { input: string }).input) as unknown),
    result,
  };
}

test('--allow-unknown permits it in every execution of a run: the first, its retries and what is run again', async () => {
  const input = { configurations: ['bad'], allow_unknown: true };

  const first = await inputs('bad', '--allow-unknown', '--retries', '1');
  expect(first.inputs).toEqual([input, input]);

  const saved = join(directory, 'result.json');
  writeFileSync(saved, JSON.stringify(first.result));
  await expect(inputs('--rerun-failed', saved, '--allow-unknown')).resolves.toMatchObject({ inputs: [input] });
  await expect(inputs('--rerun-failed', saved)).resolves.toMatchObject({ inputs: [{ configurations: ['bad'] }] });
});

test('the verdict on a CSV of identifiers alone is believed, though the state machine adds the keys of the construct', async () => {
  const file = join(directory, 'names.csv');
  writeFileSync(file, 'configuration_identifier\ngood too\ngood\n');
  const { code, result } = await run(deployed, ['--configurations', file]);
  expect({ code, disagreement: result?.disagreement }).toEqual({ code: 0, disagreement: undefined });
});
