import { ListExecutionsCommand, type HistoryEvent } from '@aws-sdk/client-sfn';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { SystemTestMode, ToleratedFailures } from '../../../lib';
import { executionCounts, type Distribution } from '../../../scripts/cost/executionCounts';
import { deployLocally } from '../../localSystemTest';
import { historyOf } from '../local/stepFunctions/fixture';

const configurations = Array.from({ length: 25 }, (_, index) => `config_${index}`);
const entered = (events: HistoryEvent[]) => events.filter(({ type }) => type!.endsWith('StateEntered')).length;

describe('what plan counts is what an execution takes', () => {
  test.each<[string, Distribution]>([
    ['one by one', { batchSize: 1, executionType: 'STANDARD' }],
    ['in batches, the last one not full', { batchSize: 10, executionType: 'STANDARD' }],
  ])('%s', async (_, distribution) => {
    const app = await deployLocally({
      code: 'if (event.configuration_identifier === "config_3") throw new Error(); return { system_test_successful: true };',
      props: {
        mode: SystemTestMode.DISTRIBUTED,
        maxConcurrency: 100,
        toleratedFailures: ToleratedFailures.count(1),
        distributed: { batchSize: distribution.batchSize, executionType: StateMachineType[distribution.executionType] },
      },
    });
    const s3 = new S3Client({
      endpoint: app.endpoint.url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    try {
      const { status, events, result } = await app.run({ configurations });
      expect({ status, result }).toMatchObject({ status: 'SUCCEEDED', result: { passed: 24, failed: 1 } });

      const history = await events();
      const mapRunArn = history.flatMap((event) => event.mapRunStartedEventDetails?.mapRunArn ?? [])[0];
      const { executions = [] } = await app.client.send(new ListExecutionsCommand({ mapRunArn, maxResults: 100 }));
      const children = await Promise.all(executions.map(({ executionArn }) => historyOf(app.client, executionArn!)));
      const outputs = children.map((child) => child.at(-1)!.executionSucceededEventDetails!.output!);
      const {
        results_location: { bucket, prefix },
      } = result as unknown as { results_location: { bucket: string; prefix: string } };
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
      const counts = executionCounts(configurations.length, distribution);
      expect(counts).toMatchObject({
        children: children.length,
        events: history.length,
        stateTransitions: [history, ...children].reduce((sum, one) => sum + entered(one), 0),
        s3: { puts: Contents.length },
      });
      expect(JSON.stringify(outputs.map(Number)).length).toBeLessThanOrEqual(counts.outputBytes);
    } finally {
      s3.destroy();
      await app.close();
    }
  });
});
