import { ArnFormat } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IntegrationTask } from '../stateMachine/integrationTask';
import { Listing, nextToken } from './listing';
import { keyStatements } from '../encryption';
import { expectAccount, expectRegion, locationByArn } from '../functionLocation';
import { jsonataText } from '../stateMachine/jsonata';
import { PageExpressions } from '../stateMachine/listingExpressions';
import { expectLiteral, expectMatch } from '../validation';

/** Options of `ConfigurationSource.dynamoDb`. */
export interface DynamoDbOptions {
  /**
   * A global or local secondary index that is read in the place of the table.
   *
   * @default - the table
   */
  readonly index?: string;
}

/** So that a page fits in 256 KiB: an identifier takes up to 1,024 characters. */
const pageSize = 200;

/** What an answer of scan comes to: the values that were not there before. Items without the attribute don't count. */
export function itemsPage(attribute: string): PageExpressions {
  const key = jsonataText(attribute);
  return {
    read: String.raw`$found := $states.result.Items;
  $isList := $exists($found) ? $type($found) = "array" : true;
  $values := [$map($isList ? $found : [], function($item) {(
    $value := $type($item) = "object" ? $lookup($item, ${key});
    $exists($value) ? $type($value) != "object" ? false : $type($value.S) = "string" ? $value.S : $type($value.N) = "string" ? $value.N : false
  )})];
  $last := $states.result.LastEvaluatedKey;
  $token := $type($last) = "object" ? ($count($keys($last)) > 0 ? $last : null) : null;
  $refusal :=
    $not($isList) ? "to have items, got " & $type($found) :
    false in $values ? "to have texts or numbers in " & ${key} & ", got another type" :
    "";
  $known := $merge([$map($listing.configurations, function($name) { {"=" & $name: true} })]);
  $new := $merge([$map($values, function($value) { $exists($lookup($known, "=" & $value)) ? {} : {"=" & $value: true} })]);
  $items := [$map($keys($new), function($key) { $substringAfter($key, "=") })];`,
    place: '"the value " & $shown($items[$index])',
  };
}

/** The configurations that the values of an attribute are. */
export function dynamoDbListing(table: dynamodb.ITable, attribute: string, { index }: DynamoDbOptions): Listing {
  const name = `the table ${table.tableName}`;
  return {
    name: index === undefined ? name : `the index ${index} of ${name}`,
    maxPages: 50,
    page: itemsPage(attribute),
    // Of what its model doesn't know, the general exception.
    transientErrors: [
      'DynamoDb.SdkClientException',
      'DynamoDb.DynamoDbException',
      'DynamoDb.InternalServerErrorException',
      'DynamoDb.ProvisionedThroughputExceededException',
      'DynamoDb.RequestLimitExceededException',
      'DynamoDb.ThrottlingException',
    ],
    validate: (scope) => {
      expectLiteral(scope, 'attribute of the source', attribute);
      if (index !== undefined) {
        expectMatch(scope, 'index of the source', index, /^[\w.-]{3,255}$/, 'the name of an index');
      }
      const { account, region } = locationByArn(table, table.tableArn, ArnFormat.SLASH_RESOURCE_NAME);
      expectRegion(scope, 'the table of the source', region, 'Step Functions reads no table in another Region');
      expectAccount(scope, 'the table of the source', account);
    },
    task: (scope, id, props) =>
      new IntegrationTask(scope, id, {
        ...props,
        integration: 'aws-sdk:dynamodb:scan',
        arguments: {
          TableName: table.tableName,
          ...(index !== undefined && { IndexName: index }),
          ProjectionExpression: '#identifier',
          ExpressionAttributeNames: { '#identifier': attribute },
          Limit: pageSize,
          ExclusiveStartKey: nextToken,
        },
        permits: [
          new iam.PolicyStatement({
            actions: ['dynamodb:Scan'],
            resources: [index === undefined ? table.tableArn : `${table.tableArn}/index/${index}`],
          }),
          // As the CDK's grantReadData permits it.
          ...keyStatements(table.encryptionKey, 'kms:Decrypt', 'kms:DescribeKey'),
        ],
      }),
  };
}
