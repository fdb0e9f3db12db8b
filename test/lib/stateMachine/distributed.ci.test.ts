import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { SystemTestMode, type SystemTestProps } from '../../../lib';
import { behaviours } from '../../behaviours';
import { deployLocally, impatientClock, type LocalSystemTest } from '../../localSystemTest';
import { noSuchBucket } from '../../../scripts/local/s3/errors';
import {
  type Fixture,
  invokerOf,
  noObjects,
  serveMachines,
  stateMachine,
} from '../../scripts/local/stepFunctions/fixture';
import { resultOf } from './servedDefinition';

const names = (count: number) => Array.from({ length: count }, (_, index) => `config ${index}`);

/** What is tested: those that pass, and those that fail. */
const run = (test: LocalSystemTest, failing: number, tolerated: number | string) =>
  test.run({
    configurations: [...names(7), ...Array.from({ length: failing }, (_, index) => `raises ${index}`)],
    tolerated_failures: tolerated,
  });

const ways: [string, Pick<SystemTestProps, 'distributed'>][] = [
  ['one by one', {}],
  ['in batches', { distributed: { batchSize: 3 } }],
  ['in batches of EXPRESS', { distributed: { batchSize: 3, executionType: sfn.StateMachineType.EXPRESS } }],
];

describe.each(ways)('a Distributed Map that tests %s', (_, props) => {
  let test: LocalSystemTest;
  beforeAll(async () => {
    test = await deployLocally({
      code: behaviours,
      props: { ...props, mode: SystemTestMode.DISTRIBUTED, maxConcurrency: 5 },
      clock: impatientClock,
    });
  });
  afterAll(() => test.close());

  it.each([
    ['passes what passes', 0, 0, 'SUCCEEDED', undefined],
    ['fails for what is not tolerated', 2, 1, 'FAILED', 'SystemTestFailed'],
    ['passes with what is tolerated', 2, 2, 'SUCCEEDED', undefined],
    ['passes with a share that is tolerated', 2, '25%', 'SUCCEEDED', undefined],
    ['fails for more than a share', 3, '25%', 'FAILED', 'SystemTestFailed'],
  ])('%s', async (_what, failing, tolerated, status, error) => {
    const ended = await run(test, failing, tolerated);
    expect(ended).toMatchObject({ status, ...(error === undefined ? {} : { error }) });
    expect(ended.result).toMatchObject({
      mode: 'DISTRIBUTED',
      total: 7 + failing,
      passed: 7,
      failed: failing,
      errored: 0,
    });
  });

  it('could not test what is in a child that is lost with its results, which is never tolerated', async () => {
    const served = await losing(test);
    const ended = await served.run({ configurations: [...names(7), 'lost'], tolerated_failures: '100%' });
    await served.close();
    expect(ended).toMatchObject({ status: 'FAILED', error: 'SystemTestErrored' });
    const lost = props.distributed ? 2 : 1;
    expect(resultOf(ended)).toMatchObject({ total: 8, passed: 8 - lost, failed: 0, errored: lost });
  });
});

/** The same state machine, where nothing is written of the configuration `lost`. */
async function losing({ endpoint }: LocalSystemTest): Promise<Fixture> {
  const { definition } = endpoint.deployment.stateMachines[0]!;
  const passed = { payload: Buffer.from('{"system_test_successful":true}') };
  const stored = { size: 0, etag: '""', lastModified: new Date(0) };
  return await serveMachines([stateMachine(definition)], {
    invoker: invokerOf(() => passed),
    objects: {
      ...noObjects,
      putObject: (bucket, _key, content) =>
        (content as Buffer).includes('"lost"') ? Promise.reject(noSuchBucket(bucket)) : Promise.resolve(stored),
    },
    clock: impatientClock,
  });
}
