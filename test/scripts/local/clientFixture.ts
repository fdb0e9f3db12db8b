/** What the tests with clients of other languages share: a small app, served, and the clients where they are installed. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { startLocalEndpoint, type LocalEndpoint } from '../../../scripts/local/localEndpoint';
import { inlineFunction, machine, newDirectory, removeDirectories, role, writeAssembly } from './cloudAssembly';

const region = 'eu-west-1';
const prefix = `arn:aws:states:${region}:123456789012:stateMachine`;
/** A machine that invokes the function `echo` with its input and returns what it returns. */
export const echoArn = `${prefix}:echo`;
/** A machine whose executions fail after events of many types. */
export const variousArn = `${prefix}:various`;
/** A machine that waits for an hour. */
export const waitingArn = `${prefix}:waiting`;
/** A machine that stores its input as `in.json` in the bucket `results`, which is the app's. */
export const storingArn = `${prefix}:storing`;

const item = { StartAt: 'Item', States: { Item: { Type: 'Pass', End: true } } };

const waiting = {
  QueryLanguage: 'JSONata',
  StartAt: 'Wait',
  States: { Wait: { Type: 'Wait', Seconds: 3600, Next: 'Done' }, Done: { Type: 'Succeed' } },
};

/** A Distributed Map whose second child fails. */
const apart = {
  Type: 'Map',
  Items: '{% $items %}',
  ToleratedFailureCount: 1,
  ItemProcessor: {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
    StartAt: 'Two',
    States: {
      Two: { Type: 'Choice', Choices: [{ Condition: '{% $states.input = 2 %}', Next: 'Worse' }], Default: 'Fine' },
      Worse: { Type: 'Fail', Error: 'Two' },
      Fine: { Type: 'Succeed' },
    },
  },
  End: true,
};

/** A state of each type but Task and Wait for long, an expression that fails, and a failure that was caught. */
const various = {
  QueryLanguage: 'JSONata',
  StartAt: 'Assign',
  States: {
    Assign: { Type: 'Pass', Assign: { items: [1, 2] }, Next: 'Both' },
    Both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Each', States: { Each: { Type: 'Map', Items: '{% $items %}', ItemProcessor: item, End: true } } },
        { StartAt: 'Now', States: { Now: { Type: 'Wait', Seconds: 0, End: true } } },
        { StartAt: 'Apart', States: { Apart: apart } },
      ],
      Output: '{% $states.result.none %}',
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Which' }],
      Next: 'Which',
    },
    Which: { Type: 'Choice', Choices: [{ Condition: true, Next: 'Bad' }] },
    Bad: { Type: 'Fail', Error: 'Mine', Cause: 'meant' },
  },
};

const storing = {
  QueryLanguage: 'JSONata',
  StartAt: 'Store',
  States: {
    Store: {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:s3:putObject',
      Arguments: { Bucket: 'results', Key: 'in.json', Body: '{% $states.input %}' },
      End: true,
    },
  },
};

/** Serves the app, and S3 with the empty bucket `things`; `close` ends the server and removes its files. */
export async function serveClients(): Promise<LocalEndpoint & { env: NodeJS.ProcessEnv }> {
  const code = "exports.handler = async (event) => { console.log('got', event.text); return { echo: event.text }; };";
  const app = writeAssembly({
    stacks: {
      Clients: {
        template: {
          Description: 'For clients',
          Resources: {
            Role: role,
            Function: inlineFunction(code, { FunctionName: 'echo' }),
            Echo: machine({ StateMachineName: 'echo' }),
            Various: machine({ StateMachineName: 'various', DefinitionString: JSON.stringify(various) }),
            Results: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'results' } },
            Storing: machine({ StateMachineName: 'storing', DefinitionString: JSON.stringify(storing) }),
            Waiting: machine({ StateMachineName: 'waiting', DefinitionString: JSON.stringify(waiting) }),
          },
          Outputs: { Machine: { Description: 'System test state machine: Echo', Value: { Ref: 'Echo' } } },
        },
      },
    },
  });
  const s3 = newDirectory();
  mkdirSync(join(s3, 'things'));
  const endpoint = await startLocalEndpoint({ app, cwd: process.cwd(), env: { AWS_REGION: region }, s3 });
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_PAGER: '',
    AWS_MAX_ATTEMPTS: '1',
  };
  return { ...endpoint, env, close: () => endpoint.close().finally(removeDirectories) };
}

/** Resolves when an execution has ended, with its output. */
export async function outputOf(url: string, executionArn: string): Promise<string | undefined> {
  const client = new SFNClient({ endpoint: url, region, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  try {
    for (;;) {
      const { status, output } = await client.send(new DescribeExecutionCommand({ executionArn }));
      if (status !== 'RUNNING') return output;
    }
  } finally {
    client.destroy();
  }
}

/**
 * `describe`, or `describe.skip` where a tool isn't installed. With SYSTEM_TEST_REQUIRE_PYTHON=1, as in CI, the tests
 * run in any case and fail without it.
 */
export function describeWith(tool: string, command: string, args: string[]): (name: string, tests: () => void) => void {
  const isThere = spawnSync(command, args, { stdio: 'ignore' }).status === 0;
  const run = isThere || process.env.SYSTEM_TEST_REQUIRE_PYTHON === '1' ? describe : describe.skip;
  return (name, tests) => run(isThere ? name : `${name} (${tool} is not installed)`, tests);
}

/** Runs a program and gives its standard output, or throws with its standard error. */
export async function outputOfProgram(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { env, maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}
