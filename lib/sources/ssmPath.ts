import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IntegrationTask } from '../stateMachine/integrationTask';
import { Listing, nextToken } from './listing';
import { jsonataText } from '../stateMachine/jsonata';
import { PageExpressions } from '../stateMachine/listingExpressions';
import { expectMatch } from '../validation';

/** The most that GetParametersByPath gives at once. */
const pageSize = 10;

/** What an answer of getParametersByPath comes to. Their values are not used. */
export function parametersPage(path: string): PageExpressions {
  return {
    read: String.raw`$found := $states.result.Parameters;
  $isList := $exists($found) ? $type($found) = "array" : true;
  $token := $states.result.NextToken;
  $token := $exists($token) ? $token : null;
  $refusal :=
    $not($isList) ? "to be parameters, got " & $type($found) :
    $not($type($token) in ["string", "null"]) ? "to be parameters in pages, got " & $type($token) & " for a NextToken" :
    "";
  $items := $isList ? $found : [];`,
    configuration: `$type($item) != "object" ? false : $type($item.Name) = "string" ? $substringAfter($item.Name, ${jsonataText(`${path}/`)}) : false`,
    place: '"the parameter " & $shown($items[$index].Name)',
  };
}

/** The configurations that parameters are, by their names. */
export function ssmPathListing(givenPath: string): Listing {
  const path = givenPath.replace(/\/$/, '');
  return {
    name: `the parameters under ${path}/`,
    maxPages: 100,
    page: parametersPage(path),
    transientErrors: ['Ssm.SdkClientException', 'Ssm.SsmException', 'Ssm.InternalServerErrorException'],
    validate: (scope) =>
      expectMatch(
        scope,
        'path of the source',
        givenPath,
        /^(\/[\w.-]+)+\/?$/,
        'a path of parameters such as "/feeds/"',
      ),
    task: (scope, id, props) =>
      new IntegrationTask(scope, id, {
        ...props,
        integration: 'aws-sdk:ssm:getParametersByPath',
        arguments: { Path: path, Recursive: true, WithDecryption: false, MaxResults: pageSize, NextToken: nextToken },
        // Of this call, IAM checks the path, not the parameters under it
        // (https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-retrieval-authorization.html), as it is written.
        permits: [
          new iam.PolicyStatement({
            actions: ['ssm:GetParametersByPath'],
            resources: [
              Stack.of(scope).formatArn({
                service: 'ssm',
                resource: 'parameter',
                resourceName: path.replace(/^\//, ''),
              }),
            ],
          }),
        ],
      }),
  };
}
