import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { expectRegion } from '../functionLocation';

/**
 * Errors of calls that pass by themselves. What S3's model doesn't know is its general exception: `SlowDown`, but
 * `AccessDenied` as well.
 */
export const s3TransientErrors = ['S3.SdkClientException', 'S3.S3Exception'];

/** @throws where the bucket is known to be in another Region, which a state machine can't read */
export function expectBucket(scope: Construct, bucket: s3.IBucket): void {
  expectRegion(
    scope,
    'the bucket of the source',
    bucket.env.region,
    'Step Functions reads no bucket in another Region',
  );
}
