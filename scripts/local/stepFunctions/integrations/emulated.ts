/** The SDK integrations of services that an emulator of others serves. */
import { isJsonObject, type Json, type JsonObject } from '../../../../lib/wire';
import type { JsonCall } from '../../http/jsonClient';
import { ServiceError } from '../../http/service';
import type { ArgumentTypes } from './arguments';
import { clientFailure, sdkFailure, type Integration } from './integration';

interface Operation {
  resource: string;
  arguments: ArgumentTypes;
  call: Omit<JsonCall, 'body'>;
  /** The errors that its model knows (botocore's models). */
  errors: string[];
  /** Default: as the service gives it. */
  result?: (answer: JsonObject) => JsonObject;
}

function integration(name: string, service: string, operation: Operation): Integration {
  const { resource, errors, call, result = (answer: JsonObject) => answer } = operation;
  return {
    resourceType: `aws-sdk:${call.service}`,
    resource,
    service,
    arguments: operation.arguments,
    unreachable: (_, { hasEmulator }) => {
      const text = `${name} is not served here, but by an emulator of AWS that --function-endpoint-url URL names`;
      return hasEmulator ? undefined : { field: 'Resource', text };
    },
    call: async (parameters, { emulator }, signal) => {
      if (!emulator) throw new Error(`There is no emulator for ${name}.`);
      const body = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== null));
      try {
        return result(await emulator.call({ ...call, body }, signal));
      } catch (error) {
        throw error instanceof ServiceError ? error : clientFailure(service, error);
      }
    },
    failure: (error) => sdkFailure(service, error, errors),
  };
}

export const emulatedIntegrations = [
  integration('Systems Manager', 'Ssm', {
    resource: 'getParametersByPath',
    arguments: {
      Path: { type: 'string', required: true },
      Recursive: { type: 'boolean' },
      ParameterFilters: { type: 'array' },
      WithDecryption: { type: 'boolean' },
      MaxResults: { type: 'number' },
      NextToken: { type: 'string' },
    },
    call: { service: 'ssm', target: 'AmazonSSM.GetParametersByPath', version: '1.1' },
    errors: [
      'InternalServerError',
      'InvalidFilterKey',
      'InvalidFilterOption',
      'InvalidFilterValue',
      'InvalidKeyId',
      'InvalidNextToken',
    ],
    result: (answer) => ({
      ...answer,
      ...(Array.isArray(answer.Parameters) && { Parameters: answer.Parameters.map(withDate) }),
    }),
  }),
  integration('DynamoDB', 'DynamoDb', {
    resource: 'scan',
    arguments: {
      TableName: { type: 'string', required: true },
      IndexName: { type: 'string' },
      ProjectionExpression: { type: 'string' },
      FilterExpression: { type: 'string' },
      ExpressionAttributeNames: { type: 'object' },
      ExpressionAttributeValues: { type: 'object' },
      ExclusiveStartKey: { type: 'object' },
      Limit: { type: 'number' },
      Select: { type: 'string' },
      Segment: { type: 'number' },
      TotalSegments: { type: 'number' },
      ConsistentRead: { type: 'boolean' },
      ReturnConsumedCapacity: { type: 'string', choices: ['INDEXES', 'TOTAL', 'NONE'] },
    },
    call: { service: 'dynamodb', target: 'DynamoDB_20120810.Scan', version: '1.0' },
    errors: [
      'InternalServerError',
      'ProvisionedThroughputExceededException',
      'RequestLimitExceeded',
      'ResourceNotFoundException',
      'ThrottlingException',
    ],
  }),
];

/** The protocol has seconds, the AWS SDK for Java a date. */
function withDate(parameter: Json): Json {
  if (!isJsonObject(parameter) || typeof parameter.LastModifiedDate !== 'number') return parameter;
  return { ...parameter, LastModifiedDate: new Date(parameter.LastModifiedDate * 1000).toISOString() };
}
