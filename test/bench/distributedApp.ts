/**
 * A function that returns at once, and a Distributed Map that tests it with each configuration of an S3 object: the states
 * and expressions of a system test, for configurations that all pass. BATCH_SIZE is how many a child gets.
 */
import { App, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { functionEvent, invocationResult } from '../../lib/stateMachine/resultExpressions';
import { jsonata } from '../../lib/stateMachine/jsonata';

const batchSize = Number(process.env.BATCH_SIZE);
const concurrency = 40;
/** Within a child there are no variables of its parent. */
const detailBytes = String(Math.floor(200_000 / batchSize));
const bucket = 'bench';
const key = 'configurations.jsonl';

const app = new App();
const stack = new Stack(app, 'Distributed');
const tested = new Function(stack, 'Tested', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromInline('exports.handler = async () => ({ system_test_successful: true });'),
});
const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('states.amazonaws.com') });

/** The invocation of one configuration, which stands at this place in the input of its state. */
function invoke(item: string, more: object) {
  const ofItem = (expression: string) =>
    expression.replace('$item := $states.input;', `$item := ${item};`).replaceAll('$checked.detail_bytes', detailBytes);
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::aws-sdk:lambda:invoke',
    Arguments: { FunctionName: tested.functionArn, LogType: 'Tail', Payload: ofItem(functionEvent('{}')) },
    Assign: { result: ofItem(invocationResult(true)) },
    Output: jsonata('$states.input'),
    ...more,
  };
}

/** Writes the results of a child, and leaves their number. */
function write(results: string, prefix: string) {
  return {
    Type: 'Task',
    Resource: 'arn:aws:states:::aws-sdk:s3:putObject',
    Arguments: {
      Bucket: bucket,
      Key: jsonata(`${prefix} & "passed/" & $states.context.Execution.Name & ".json"`),
      Body: jsonata(results),
      ContentType: 'application/json',
    },
    Output: jsonata(`$count(${results})`),
    End: true,
  };
}

const single = {
  StartAt: 'Invoke function',
  States: {
    'Invoke function': invoke('$states.input.configuration', { Next: 'Write results' }),
    'Write results': write('[$result]', '$states.input.prefix'),
  },
};
const item = invoke('$states.input', { End: true });
const batched = {
  StartAt: 'Test batch',
  States: {
    'Test batch': {
      Type: 'Map',
      Items: jsonata('$states.input.Items'),
      MaxConcurrency: 1,
      ItemProcessor: {
        StartAt: 'Invoke function',
        States: { 'Invoke function': { ...item, Output: item.Assign.result, Assign: undefined } },
      },
      Output: jsonata('{"results": $states.result, "prefix": $states.input.BatchInput.prefix}'),
      Next: 'Write results',
    },
    'Write results': write('$states.input.results', '$states.input.prefix'),
  },
};

new CfnStateMachine(stack, 'StateMachine', {
  stateMachineName: 'Distributed',
  roleArn: role.roleArn,
  definition: {
    QueryLanguage: 'JSONata',
    StartAt: 'Check input',
    States: {
      'Check input': {
        Type: 'Pass',
        Assign: {
          checked: {
            mode: 'DISTRIBUTED',
            max_concurrency: concurrency,
            tolerated_failures: 0,
            results: { bucket, prefix: jsonata('"results/" & $states.context.Execution.Name & "/"') },
          },
        },
        Next: 'Distribute configurations',
      },
      'Distribute configurations': {
        Type: 'Map',
        Label: 'Configurations',
        MaxConcurrency: concurrency,
        ToleratedFailurePercentage: 100,
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSONL' },
          Arguments: { Bucket: bucket, Key: key },
        },
        ...(batchSize === 1
          ? {
              ItemSelector: {
                configuration: jsonata('$states.context.Map.Item.Value'),
                prefix: jsonata('$checked.results.prefix'),
              },
            }
          : {
              ItemBatcher: {
                MaxItemsPerBatch: batchSize,
                BatchInput: { prefix: jsonata('$checked.results.prefix') },
              },
            }),
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          ...(batchSize === 1 ? single : batched),
        },
        Output: {
          schema_version: 1,
          mode: 'DISTRIBUTED',
          total: jsonata('$sum($states.result)'),
          passed: jsonata('$sum($states.result)'),
          failed: 0,
          errored: 0,
          max_concurrency: concurrency,
          tolerated_failures: 0,
          results_location: jsonata('$checked.results'),
        },
        Next: 'Passed',
      },
      Passed: { Type: 'Succeed' },
    },
  },
});
app.synth();
