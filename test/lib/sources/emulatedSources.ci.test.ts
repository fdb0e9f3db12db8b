/** The sources that the state machine reads, of another implementation of AWS. */
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ConfigurationSource } from '../../../lib';
import type { AggregatedResult } from '../../../lib/wire';
import { systemClock } from '../../../scripts/io/clock';
import { JsonClient } from '../../../scripts/local/http/jsonClient';
import { madeUpAccess } from '../../../scripts/local/lambda/functionAccess';
import { RemoteStore } from '../../../scripts/local/s3/remoteStore';
import { describeWith } from '../../scripts/local/clientFixture';
import { returning, runMachine } from '../../scripts/local/stepFunctions/fixture';
import { definitionOf, type Source } from './synthesizeSource';

describeWith('moto', 'python3', ['-c', 'import moto.server'])('a system test of what moto has', () => {
  let moto: ChildProcess;
  let place: [string, ReturnType<typeof madeUpAccess>, string];
  beforeAll(async () => {
    const program = join(__dirname, '..', '..', 'python', 'emulator.py');
    moto = spawn('python3', [program], { stdio: ['pipe', 'pipe', 'ignore'] });
    const [url] = (await once(moto.stdout!, 'data')) as [Buffer];
    place = [url.toString().trim(), madeUpAccess(), 'us-east-1'];
  });
  afterAll(async () => {
    moto.stdin!.end();
    await once(moto, 'exit');
  });

  const run = async (source: Source) => {
    const invoker = returning(() => ({ system_test_successful: true }));
    const services = { emulator: new JsonClient(...place), objects: new RemoteStore(...place), clock: systemClock };
    const { output, error, cause } = await runMachine(definitionOf(source), {}, { ...services, invoker });
    const { results = [] } = JSON.parse(output ?? '{}') as Partial<AggregatedResult>;
    return { error, cause, names: results.map((one) => one.configuration_identifier).toSorted() };
  };
  const tenants = ['tenant_1', 'tenant_2', 'tenant_3'];
  const table = (name: string): Source => {
    return (stack) => ConfigurationSource.dynamoDb(dynamodb.Table.fromTableName(stack, 'Table', name), 'id');
  };
  const prefix = (name: string): Source => {
    return (stack) => ConfigurationSource.s3Prefix(s3.Bucket.fromBucketName(stack, 'Bucket', name), 'tenant_');
  };

  it.each<[string, Source, string[]]>([
    ['objects', prefix('real-tenants'), ['1.json', '2.json']],
    ['parameters', () => ConfigurationSource.ssmPath('/tenants/'), tenants],
    ['the items of a table', table('tenants'), tenants],
  ])('tests %s', async (_, source, names) => {
    expect(await run(source)).toEqual({ names });
  });

  it.each<[string, Source, string]>([
    ['bucket', prefix('none'), 'Expected s3://none/tenant_ to list configurations, got S3.NoSuchBucketException: '],
    [
      'parameter',
      () => ConfigurationSource.ssmPath('/none'),
      'Expected the parameters under /none/ to list at least one',
    ],
    [
      'table',
      table('none'),
      'Expected the table none to list configurations, got DynamoDb.ResourceNotFoundException: ',
    ],
    [
      'list in an object',
      (stack) =>
        ConfigurationSource.s3Object(s3.Bucket.fromBucketName(stack, 'Bucket', 'real-tenants'), 'tenant_1.json'),
      'Expected s3://real-tenants/tenant_1.json to hold a JSON array of configurations, got object.',
    ],
  ])('tests nothing without a %s', async (_, source, cause) => {
    expect(await run(source)).toMatchObject({
      error: 'SystemTestListingFailed',
      cause: expect.stringContaining(cause),
    });
  });
});
