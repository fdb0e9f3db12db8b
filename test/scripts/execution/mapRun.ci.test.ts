import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { DescribeMapRunCommand, ListMapRunsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { SystemTestMode } from '../../../lib';
import type { RunResult } from '../../../lib/wire';
import { systemClock } from '../../../scripts/io/clock';
import type { Call, Fault } from '../../proxy';
import { awsEnv } from '../command';
import { deploy, outcomes, run, seen, startRun, type DeployedTest } from '../faults/faultyLine';

const configurations = [...Array.from({ length: 7 }, (_, index) => `good-${index}`), 'bad'];

let deployed: DeployedTest;
let directory: string;
let s3: S3Client;
let sfn: SFNClient;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'map-run-'));
  deployed = await deploy({
    props: { configurations, mode: SystemTestMode.DISTRIBUTED, maxConcurrency: 100, distributed: { batchSize: 2 } },
  });
  const endpoint = { endpoint: deployed.url, region: awsEnv.AWS_REGION };
  s3 = new S3Client({ ...endpoint, forcePathStyle: true });
  sfn = new SFNClient(endpoint);
});
afterAll(async () => {
  s3.destroy();
  sfn.destroy();
  await deployed.close();
  rmSync(directory, { recursive: true });
});

/** The keys of the objects that a run left. */
async function keysOf({ results_location: location }: RunResult): Promise<string[]> {
  const { bucket, prefix } = location!;
  const keys: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: bucket, Prefix: prefix })) {
    keys.push(...Contents.map(({ Key }) => Key!.slice(prefix.length)));
  }
  return keys;
}

/** What is an object of the results. */
const isResults = ({ operation }: Call) => operation.endsWith('.json');

describe('a distributed run on the local endpoint', () => {
  test('has one result for each configuration, as files, Map Run and report agree', async () => {
    const { code, result, stderr } = await run(deployed, []);

    expect(stderr).not.toContain('does not agree');
    expect(code).toBe(1);
    expect(result).toMatchObject({
      mode: 'DISTRIBUTED',
      verdict: 'FAILED',
      total: 8,
      passed: 7,
      failed: 1,
      errored: 0,
    });
    expect(outcomes(result).sort()).toEqual(
      configurations.map((one) => [one, one === 'bad' ? 'FAILED' : 'PASSED']).sort(),
    );
    expect(result!.results[0]).toMatchObject({
      configuration_identifier: 'bad',
      log_tail: expect.stringContaining('REPORT'),
    });
    const folders = (await keysOf(result!)).map((key) => key.split('/')[0]);
    expect(folders).toEqual(['not_passed', 'passed', 'passed', 'passed']);
    const { mapRuns } = await sfn.send(new ListMapRunsCommand({ executionArn: result!.execution_arn }));
    const { itemCounts } = await sfn.send(new DescribeMapRunCommand({ mapRunArn: mapRuns![0]!.mapRunArn }));
    expect(itemCounts).toMatchObject({ total: 8, succeeded: 8 });
    // Its own five, `Test batch` and `Write results` of four children, and the eight configurations.
    expect(result!.cost).toMatchObject({ lambda_requests: 8, state_transitions: 21 });
  });

  test('passes, and tells its cost, where all passed that were named', async () => {
    const { code, result } = await run(deployed, ['good-1', 'good-2']);

    expect(code).toBe(0);
    expect(result).toMatchObject({ verdict: 'PASSED', total: 2, cost: { lambda_requests: 2 } });
  });

  test('is run again, in a new execution, for what did not pass', async () => {
    const { result: first } = await run(deployed, ['good-1', 'bad']);
    const file = join(directory, 'first.json');
    writeFileSync(file, JSON.stringify(first));

    const { code, result } = await run(deployed, ['--rerun-failed', file]);

    expect(code).toBe(1);
    expect(outcomes(result)).toEqual([
      ['bad', 'FAILED'],
      ['good-1', 'PASSED'],
    ]);
    expect(result!.results[0]!.earlier).toHaveLength(1);
    expect(result!.execution_arn).not.toBe(first!.execution_arn);
  });

  test('is stopped by Ctrl-C, and tells what it came to so far', async () => {
    const named = ['good-1', 'good-2', 'held', '--allow-unknown'];
    const { ended, interrupt, proxy } = await startRun(deployed, named, { clock: systemClock });
    await seen(proxy, 'DescribeMapRun');
    interrupt();

    const { code, result } = await ended;

    deployed.release('held');
    expect(code).toBe(130);
    expect(result).toMatchObject({ status: 'ABORTED', verdict: 'ERRORED' });
    expect(outcomes(result)).toEqual(expect.arrayContaining([['held', 'ERRORED']]));
  });

  test.each<[string, (call: Call) => Fault | undefined]>([
    ['resets connections', (call) => (isResults(call) && call.index === 0 ? 'reset after' : undefined)],
    ['answers half an object', (call) => (isResults(call) && call.index === 0 ? 'truncate' : undefined)],
    ['throttles', (call) => (isResults(call) && call.index === 0 ? { answer: 503, type: 'SlowDown' } : undefined)],
  ])('reads its results from a network that %s', async (_, faultOf) => {
    const { code, result } = await run(deployed, ['good-1', 'bad'], { faultOf });

    expect(code).toBe(1);
    expect(result).toMatchObject({ total: 2, passed: 1, failed: 1 });
  });
});
