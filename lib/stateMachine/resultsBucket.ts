import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { keyStatements } from '../encryption';

/**
 * A private bucket for the results of distributed executions: TLS only, encrypted, its objects expire. It stays when its
 * stack goes, as CloudFormation deletes no bucket that holds objects.
 */
export function makeResultsBucket(
  scope: Construct,
  { retention, encryptionKey }: { retention: Duration; encryptionKey?: kms.IKey },
): s3.Bucket {
  return new s3.Bucket(scope, 'Results', {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    encryption: encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
    encryptionKey,
    bucketKeyEnabled: encryptionKey && true,
    enforceSSL: true,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    lifecycleRules: [{ expiration: retention, abortIncompleteMultipartUploadAfter: Duration.days(1) }],
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

/** What writing results takes. */
export function writeResultsStatements(bucket: s3.IBucket, prefix: string): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [bucket.arnForObjects(`${prefix}*`)] }),
    ...keyStatements(bucket.encryptionKey, 'kms:GenerateDataKey', 'kms:Decrypt'),
  ];
}

/** What finding and reading them takes. */
export function readResultsStatements(bucket: s3.IBucket, prefix: string): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects(`${prefix}*`)] }),
    new iam.PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [bucket.bucketArn],
      conditions: { StringLike: { 's3:prefix': `${prefix}*` } },
    }),
    ...keyStatements(bucket.encryptionKey, 'kms:Decrypt'),
  ];
}
