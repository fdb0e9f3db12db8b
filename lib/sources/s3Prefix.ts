import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { S3ObjectsItemReader } from 'aws-cdk-lib/aws-stepfunctions';
import { IntegrationTask } from '../stateMachine/integrationTask';
import { Listing, nextToken } from './listing';
import { expectBucket, s3TransientErrors } from './s3Bucket';
import { jsonataText } from '../stateMachine/jsonata';
import { PageExpressions } from '../stateMachine/listingExpressions';
import { expectLiteral } from '../validation';

/** So that a page fits in 256 KiB: a key takes up to 1,024 bytes, what S3 says of it about 200. */
const pageSize = 200;

/** Whether `$item`, an object of a list, is a folder as the console makes them: its key ends in a slash. */
const isFolder =
  '($type($item.Key) = "string" ? ($parts := [$split($item.Key, "/")]; $parts[$count($parts) - 1] = "") : false)';

/** By which an object of a list becomes a configuration: the rest of its key. */
export function keyConfiguration(prefix: string): string {
  const rest = prefix === '' ? '$item.Key' : `$substringAfter($item.Key, ${jsonataText(prefix)})`;
  return `${isFolder} ? false : $type($item.Key) = "string" ? ${rest} : false`;
}

/** What an answer of listObjectsV2 comes to. */
export function prefixPage(prefix: string): PageExpressions {
  return {
    read: String.raw`$found := $states.result.Contents;
  $isList := $exists($found) ? $type($found) = "array" : true;
  $token := $states.result.NextContinuationToken;
  $token := $states.result.IsTruncated = true ? ($exists($token) ? $token : false) : null;
  $refusal :=
    $not($isList) ? "to list objects, got " & $type($found) :
    $not($type($token) in ["string", "null"]) ? "to list all objects, got a part without a token for the rest" :
    "";
  $items := [$filter($isList ? $found : [], function($item) { $not(${isFolder}) })];`,
    configuration: keyConfiguration(prefix),
    place: '"the key " & $shown($items[$index].Key)',
  };
}

/** The configurations that objects are, by their keys. */
export function s3PrefixListing(bucket: s3.IBucket, prefix: string): Listing {
  const name = `s3://${bucket.bucketName}/${prefix}`;
  const permits = [
    new iam.PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [bucket.bucketArn],
      ...(prefix !== '' && { conditions: { StringEquals: { 's3:prefix': prefix } } }),
    }),
  ];
  return {
    name,
    maxPages: 50,
    page: prefixPage(prefix),
    transientErrors: s3TransientErrors,
    validate: (scope) => {
      expectLiteral(scope, 'prefix of the source', prefix, { mayBeEmpty: true });
      expectBucket(scope, bucket);
    },
    task: (scope, id, props) =>
      new IntegrationTask(scope, id, {
        ...props,
        integration: 'aws-sdk:s3:listObjectsV2',
        arguments: {
          Bucket: bucket.bucketName,
          ...(prefix !== '' && { Prefix: prefix }),
          MaxKeys: pageSize,
          ContinuationToken: nextToken,
        },
        permits,
      }),
    itemReader: {
      name,
      reader: new S3ObjectsItemReader({ bucket, ...(prefix !== '' && { prefix }) }),
      configuration: keyConfiguration(prefix),
      permits,
    },
  };
}
