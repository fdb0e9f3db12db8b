import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { DistributedMapProps, mapLabel } from './distributedMap';
import { makeResultsBucket, readResultsStatements, writeResultsStatements } from './resultsBucket';
import { expectRegion } from '../functionLocation';
import { DistributedAttributes } from '../iSystemTest';
import { DistributedOptions } from '../systemTestMode';
import { expectIntegerWithin, expectMatch } from '../validation';
import { limits } from '../wire';

/** What the keys of results begin with, unless the options say otherwise. */
export const defaultPrefix = 'system-test/';

/** What a distributed test has beside its state machine: how it is cut, and a bucket for its results. */
export class Distribution implements DistributedAttributes {
  public readonly bucket: s3.IBucket;
  public readonly prefix: string;
  public readonly executionType: sfn.StateMachineType;
  public readonly map: Omit<DistributedMapProps, 'retryAttempts' | 'itemReader'>;

  /** @throws RangeError that names the option, its value and its range */
  constructor(scope: Construct, encryptionKey: kms.IKey | undefined, options: DistributedOptions = {}) {
    const { batchSize = 1, prefix = defaultPrefix, retention = Duration.days(90) } = options;
    expectIntegerWithin(scope, 'batchSize', batchSize, 1, limits.batchSize);
    expectMatch(
      scope,
      'prefix',
      prefix,
      /^([\w!.*'()-]+\/)+$/,
      "to be letters, digits and !-_.*'() that end with a slash",
    );
    expectIntegerWithin(scope, 'retention in days', retention.toDays({ integral: false }), 1, 36_500);
    if (options.bucket) {
      const reason = 'Step Functions writes to no bucket in another Region';
      expectRegion(scope, 'the bucket of the results', options.bucket.env.region, reason);
    }
    this.prefix = prefix;
    this.executionType = options.executionType ?? sfn.StateMachineType.STANDARD;
    this.bucket = options.bucket ?? makeResultsBucket(scope, { retention, encryptionKey });
    this.map = {
      batchSize,
      executionType: this.executionType,
      results: { bucket: this.bucket.bucketName, prefix },
      permits: writeResultsStatements(this.bucket, prefix),
    };
  }
}

/**
 * What following the Map Runs and the children of a state machine takes, and reading what they left.
 * @param arnOf the start of their ARNs, up to the name of the state machine
 */
export function readChildrenStatements(
  { bucket, prefix = defaultPrefix, executionType }: DistributedAttributes,
  arnOf: (kind: 'mapRun' | 'execution' | 'express') => string,
): iam.PolicyStatement[] {
  const resourceOf = (kind: 'mapRun' | 'execution' | 'express') => [`${arnOf(kind)}/${mapLabel}:*`];
  const isExpress = executionType === sfn.StateMachineType.EXPRESS;
  return [
    new iam.PolicyStatement({
      actions: ['states:DescribeMapRun', 'states:ListExecutions'],
      resources: resourceOf('mapRun'),
    }),
    new iam.PolicyStatement({
      actions: ['states:DescribeExecution', 'states:GetExecutionHistory'],
      resources: resourceOf(isExpress ? 'express' : 'execution'),
    }),
    ...readResultsStatements(bucket, prefix),
  ];
}
