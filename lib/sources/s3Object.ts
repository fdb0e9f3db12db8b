import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { IntegrationTask } from '../stateMachine/integrationTask';
import { csvText } from './csvText';
import { Listing } from './listing';
import { expectBucket, s3TransientErrors } from './s3Bucket';
import { keyStatements } from '../encryption';
import { jsonataText } from '../stateMachine/jsonata';
import { PageExpressions } from '../stateMachine/listingExpressions';
import { expectLiteral } from '../validation';

/** Options of `ConfigurationSource.s3Object`. */
export interface S3ObjectOptions {
  /**
   * The column or key that holds a configuration's identifier. The others go into the event of the function.
   *
   * @default configuration_identifier
   */
  readonly identifier?: string;
}

type Format = 'JSON' | 'JSONL' | 'CSV';

/** By the last part of the key. */
const formats: Record<string, Format> = { json: 'JSON', jsonl: 'JSONL', ndjson: 'JSONL', csv: 'CSV' };

const contents: Record<Format, string> = {
  JSON: 'a JSON array of configurations',
  JSONL: 'one configuration as JSON in each line',
  CSV: 'configurations as CSV',
};

/** By which an item becomes a configuration. */
export function itemConfiguration(identifier = 'configuration_identifier'): string {
  if (identifier === 'configuration_identifier') return '$type($item) in ["string", "object"] ? $item : false';
  const key = jsonataText(identifier);
  return String.raw`
    $type($item) = "string" ? $item :
    $type($item) = "object" ? $merge([
      $sift($item, function($value, $key) { $not($key in [${key}, "configuration_identifier"]) }),
      {"configuration_identifier": $lookup($item, ${key})}
    ]) :
    false
  `;
}

/** What the object's text comes to. */
export function objectPage(format: Format, identifier?: string): PageExpressions {
  const configuration = itemConfiguration(identifier);
  const read = String.raw`$body := $states.result.Body;
  $isText := $type($body) = "string";
  $text := $isText ? $body : "";
  $text := $start($text, 1) = "\ufeff" ? $substringAfter($text, "\ufeff") : $text;
  $isBlank := $not($contains($text, /[^ \t\r\n]/));
  $token := null;
  $refusal := $isText ? "" : "to hold ${contents[format]}, got no text";`;
  const place = '"item " & ($index + 1)';
  const denied = '(S3 says so, too, where there is no such key)';
  switch (format) {
    case 'JSON':
      return {
        read: String.raw`${read}
  $items := $isBlank ? [] : $parse($text);
  $refusal := $refusal != "" or $type($items) = "array" ? $refusal : "to hold ${contents.JSON}, got " & $type($items);`,
        configuration,
        ...{ place, denied, parsed: contents.JSON },
      };
    case 'JSONL':
      return {
        read: String.raw`${read}
  $items := [$filter($split($text, "\n"), function($line) { $contains($line, /[^ \t\r]/) })];`,
        configuration: `(\n    $item := $parse($item);\n    ${configuration}\n  )`,
        ...{ place, denied, parsed: contents.JSONL },
      };
    case 'CSV':
      return {
        read: `${read}\n  ${csvText(identifier)}`,
        configuration: `(\n    $item := $rowOf($item);\n    ${configuration}\n  )`,
        ...{ place, denied },
      };
  }
}

/** The configurations in one object. */
export function s3ObjectListing(bucket: s3.IBucket, key: string, { identifier }: S3ObjectOptions): Listing {
  const format = formats[/\.([^./]+)$/.exec(key)?.[1]?.toLowerCase() ?? ''];
  const name = `s3://${bucket.bucketName}/${key}`;
  const permits = [
    new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects(key)] }),
    ...keyStatements(bucket.encryptionKey, 'kms:Decrypt'),
  ];
  return {
    name,
    maxPages: 1,
    page: objectPage(format ?? 'JSON', identifier),
    transientErrors: s3TransientErrors,
    validate: (scope) => {
      expectLiteral(scope, 'key of the source', key);
      if (format === undefined) {
        const endings = Object.keys(formats).map((ending) => `.${ending}`);
        throw new RangeError(
          `Expected key of the source of ${scope.node.path} to end in ${endings.join(', ')}, which says what the object holds, got ${JSON.stringify(key)}.`,
        );
      }
      if (identifier === '' || identifier === 'system_test') {
        throw new RangeError(
          `Expected identifier of the source of ${scope.node.path} to be the column or key of the identifiers, got ${JSON.stringify(identifier)}.`,
        );
      }
      expectBucket(scope, bucket);
    },
    task: (scope, id, props) =>
      new IntegrationTask(scope, id, {
        ...props,
        integration: 'aws-sdk:s3:getObject',
        arguments: { Bucket: bucket.bucketName, Key: key },
        permits,
      }),
    itemReader: {
      name,
      reader: itemReader(format, { bucket, key }),
      configuration: identifier === undefined ? undefined : itemConfiguration(identifier),
      permits,
    },
  };
}

function itemReader(format: Format | undefined, file: { bucket: s3.IBucket; key: string }): sfn.IItemReader {
  switch (format) {
    case 'CSV':
      return new sfn.S3CsvItemReader(file);
    case 'JSONL':
      return new sfn.S3JsonLItemReader(file);
    default:
      return new sfn.S3JsonItemReader(file);
  }
}
