import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../../lib/wire';
import { UserError } from '../../../../scripts/io/userError';
import { EnvFile } from '../../../../scripts/local/app/envFile';
import {
  inlineFunction,
  load,
  local,
  machine,
  newDirectory,
  removeDirectories,
  role,
  systemTestOutput,
  type AssemblySource,
  type StackSource,
} from '../cloudAssembly';
import { zip } from '../zip';

afterAll(removeDirectories);

const code = 'exports.handler = async () => 1;';
const express = machine({ StateMachineName: 'fast', StateMachineType: 'EXPRESS' });
const complete = { Role: role, Function: inlineFunction(code), Machine: machine() };

function oneStack(Resources: JsonObject, more: JsonObject = {}): AssemblySource {
  return { stacks: { App: { template: { Resources, ...more } } } };
}

describe('a function', () => {
  test('is deployed with its defaults, its inline code written to a file', async () => {
    const { functions, notes } = await load(oneStack(complete));
    expect(functions).toEqual([
      {
        functionName: expect.stringMatching(/^App-Function-\w{12}$/),
        functionArn: expect.stringMatching(/^arn:aws:lambda:eu-west-1:123456789012:function:App-Function-\w{12}$/),
        runtime: 'nodejs22.x',
        handler: 'index.handler',
        codeDirectory: expect.any(String),
        description: '',
        timeoutSeconds: 3,
        memoryMb: 128,
        environment: {},
        declaredEnvironment: {},
        roleArn: expect.stringMatching(/^arn:aws:iam::123456789012:role\/App-Role-\w{12}$/),
        architectures: ['x86_64'],
        reservedConcurrentExecutions: undefined,
        logGroupName: `/aws/lambda/${functions[0]!.functionName}`,
        logFormat: 'Text',
        tracing: 'PassThrough',
        versions: [],
        aliases: {},
        tags: {},
        lastModified: new Date('2026-01-01T00:00:00Z'),
        layersDirectory: undefined,
        layers: [],
        leftOut: [],
      },
    ]);
    expect(readFileSync(join(functions[0]!.codeDirectory, 'index.js'), 'utf8')).toBe(code);
    expect(notes).toEqual([]);
  });

  test('is deployed with all that its properties say, its asset found by its key', async () => {
    const properties = {
      FunctionName: 'f',
      Code: { S3Bucket: { 'Fn::Sub': 'assets-${AWS::AccountId}' }, S3Key: 'abc.zip' },
      Timeout: '30',
      MemorySize: 512,
      Description: 'what it does',
      Environment: { Variables: { PLACE: { Ref: 'AWS::Region' }, COUNT: 3, ON: true } },
      Architectures: ['arm64'],
      ReservedConcurrentExecutions: 0,
      LoggingConfig: { LogGroup: { Ref: 'Log' }, LogFormat: 'JSON' },
      TracingConfig: { Mode: 'Active' },
      Tags: [{ Key: 'team', Value: 'shop' }],
    };
    const source = oneStack({
      Role: role,
      Log: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/own/group' } },
      Function: inlineFunction('', properties),
      Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Function' } } },
      Live: {
        Type: 'AWS::Lambda::Alias',
        Properties: {
          FunctionName: { 'Fn::GetAtt': ['Function', 'Arn'] },
          FunctionVersion: { 'Fn::GetAtt': ['Version', 'Version'] },
          Name: 'live',
        },
      },
    });
    source.stacks.App!.tags = { application: 'shop' };
    source.files = { 'asset.abc/index.mjs': code };
    source.assets = { 'abc.zip': 'asset.abc' };
    const { functions } = await load(source);
    expect(functions).toMatchObject([
      {
        functionName: 'f',
        codeDirectory: expect.stringMatching(/asset\.abc$/),
        timeoutSeconds: 30,
        memoryMb: 512,
        description: 'what it does',
        environment: { PLACE: 'eu-west-1', COUNT: '3', ON: 'true' },
        architectures: ['arm64'],
        reservedConcurrentExecutions: 0,
        logGroupName: '/own/group',
        logFormat: 'JSON',
        tracing: 'Active',
        versions: ['1'],
        aliases: { live: '1' },
        tags: { application: 'shop', team: 'shop' },
      },
    ]);
  });

  test('that is bundled as a zip file is unpacked, with its modes and symbolic links', async () => {
    const source = oneStack({
      Role: role,
      Function: inlineFunction('', { Code: { S3Bucket: 'b', S3Key: 'abc.zip' } }),
    });
    // Holds lib/index.js, run.sh (executable) and the link latest → lib.
    source.files = { 'code.zip': readFileSync(join(__dirname, '../../../fixtures/code.zip')) };
    source.assets = { 'abc.zip': 'code.zip' };
    const { functions } = await load(source);
    const { codeDirectory } = functions[0]!;
    expect(readFileSync(join(codeDirectory, 'latest', 'index.js'), 'utf8')).toContain('exports.handler');
    expect(readlinkSync(join(codeDirectory, 'latest'))).toBe('lib');
    expect(existsSync(join(codeDirectory, 'run.sh'))).toBe(true);
  });

  test('in a zip file writes nothing through its links', async () => {
    const outside = newDirectory();
    const source = oneStack({
      Role: role,
      Function: inlineFunction('', { FunctionName: 'evil', Code: { S3Bucket: 'b', S3Key: 'abc.zip' } }),
    });
    source.files = {
      'code.zip': zip([
        { name: 'link', text: outside, link: true },
        { name: 'link/evil.txt', text: 'x' },
      ]),
    };
    source.assets = { 'abc.zip': 'code.zip' };
    const { unserved } = await load(source);
    expect(readdirSync(outside)).toEqual([]);
    expect([...unserved.functions]).toEqual([
      ['evil', expect.stringMatching(/^its code can't be unpacked from .*EEXIST/)],
    ]);
  });

  test('is its own where a stack in another Region has a function of the same name', async () => {
    const regional = (region: string): StackSource => ({
      environment: `aws://111122223333/${region}`,
      template: { Resources: { Role: role, Function: inlineFunction(`// ${region}`, { FunctionName: 'feeds' }) } },
    });
    const { functions } = await load({ stacks: { Here: regional('us-east-1'), There: regional('eu-west-1') } });
    const codes = functions.map(({ codeDirectory }) => readFileSync(join(codeDirectory, 'index.js'), 'utf8'));
    expect(codes).toEqual(['// us-east-1']);
  });

  test('is found by the path in its metadata where the key is unknown', async () => {
    const source = oneStack(
      {
        Role: role,
        Function: {
          ...inlineFunction('', { Code: { S3Bucket: 'b', S3Key: { Ref: 'AssetKey' } } }),
          Metadata: { 'aws:asset:path': 'asset.legacy', 'aws:asset:property': 'Code' },
        },
      },
      { Parameters: { AssetKey: { Type: 'String', Default: 'k' } } },
    );
    source.files = { 'asset.legacy/index.js': code };
    const { functions } = await load(source);
    expect(functions[0]!.codeDirectory).toMatch(/asset\.legacy$/);
  });

  test.each<[string, JsonObject, string]>([
    ['another runtime', { Runtime: 'ruby3.4' }, 'its runtime is ruby3.4, which is not served here: test it on AWS'],
    [
      'a retired runtime',
      { Runtime: 'go1.x' },
      'its runtime go1.x is retired: build the program as bootstrap, for provided.al2023',
    ],
    [
      'a container image',
      { PackageType: 'Image', Runtime: null },
      'it is a container image, which is not served here: test it on AWS',
    ],
    ['no time', { Timeout: 0 }, 'its Timeout is 0, not an integer from 1 to 900'],
    ['too much time', { Timeout: 1e9 }, 'its Timeout is 1000000000, not an integer from 1 to 900'],
    ['a time that is no number', { Timeout: 'abc' }, 'its Timeout is "abc", not an integer from 1 to 900'],
    ['half a second', { Timeout: 1.5 }, 'its Timeout is 1.5, not an integer from 1 to 900'],
    ['less than no memory', { MemorySize: -1 }, 'its MemorySize is -1, not an integer from 128 to 10240'],
    ['too much memory', { MemorySize: '10241' }, 'its MemorySize is "10241", not an integer from 128 to 10240'],
    [
      'less than no concurrency',
      { ReservedConcurrentExecutions: -1 },
      'its ReservedConcurrentExecutions is -1, not an integer from 0 up',
    ],
    ['no handler', { Handler: null }, 'its Handler is not set, not one such as index.handler'],
    [
      'a handler with a space',
      { Handler: 'index handler' },
      'its Handler is "index handler", not one such as index.handler',
    ],
    [
      'a variable that can have no name',
      { Environment: { Variables: { 'A B': 'c' } } },
      'its environment variable "A B" has a name that Lambda refuses',
    ],
    [
      "code in a bucket of its team's",
      { Code: { S3Bucket: 'own', S3Key: 'k.zip' } },
      `its code isn't an asset of the app ({"S3Bucket":"own","S3Key":"k.zip"})`,
    ],
  ])('with %s is not served, nor is a machine that invokes it', async (_, properties, reason) => {
    const other = inlineFunction(code, { FunctionName: 'other', ...properties });
    const apart = await load(oneStack({ ...complete, Other: other }));
    expect(apart.functions.map(({ functionName }) => functionName)).toEqual([expect.stringContaining('App-Function')]);
    expect(apart.unserved.functions).toEqual(new Map([['other', reason]]));
    expect(apart.stateMachines).toHaveLength(1);

    const { stateMachines, unserved } = await load(oneStack({ ...complete, Function: other }));
    expect(stateMachines).toEqual([]);
    expect([...unserved.stateMachines.values()]).toEqual([`it invokes the function other, but ${reason}`]);
  });

  test('in a zip file that is damaged is not served, and keeps no other from being served', async () => {
    const damaged = inlineFunction('', { FunctionName: 'damaged', Code: { S3Bucket: 'b', S3Key: 'abc.zip' } });
    const source = oneStack({ ...complete, Other: damaged });
    source.files = { ...source.files, 'code.zip': 'no zip file' };
    source.assets = { 'abc.zip': 'code.zip' };
    const { stateMachines, unserved } = await load(source);
    expect(stateMachines).toHaveLength(1);
    expect([...unserved.functions]).toEqual([
      ['damaged', expect.stringMatching(/^its code can't be unpacked from .*code\.zip: .+/)],
    ]);
  });

  describe('whose variables are of what is not here', () => {
    const Variables = {
      SECRET: '{{resolve:secretsmanager:s}}',
      BUCKET: { Ref: 'Data' },
      QUEUE: { 'Fn::Sub': 'url: ${Jobs}' },
      FLAG: { Ref: 'Flag' },
      TABLE: { Ref: 'Named' },
      SELF: { Ref: 'AWS::StackName' },
    };
    const Function = {
      ...inlineFunction(code, { FunctionName: 'f', Environment: { Variables } }),
      Metadata: { 'aws:cdk:path': 'Shop/Reports/Resource' },
    };
    const Other = inlineFunction(code, { Environment: { Variables: { BUCKET: { Ref: 'Data' } } } });
    const source = oneStack(
      {
        ...complete,
        Function,
        Other,
        Data: { Type: 'AWS::S3::Bucket' },
        Jobs: { Type: 'AWS::SQS::Queue' },
        Named: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'prod' } },
      },
      {
        Parameters: { Flag: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/shop/flag' } },
        Outputs: { Machine: systemTestOutput },
      },
    );
    const all =
      "The functions get made-up values for what isn't on this machine: " +
      'Reports.SECRET ({{resolve:secretsmanager:s}}), Reports.BUCKET (AWS::S3::Bucket Data), ' +
      'Reports.QUEUE (AWS::SQS::Queue Jobs), Reports.FLAG (the value of /shop/flag in Systems Manager)';

    test('is listed once with the way to give real ones, if it is tested', async () => {
      const { functions, notes } = await load(source, { stack: 'App' });
      expect(functions.find(({ functionName }) => functionName === 'f')!.environment).toMatchObject({
        SECRET: '{{resolve:secretsmanager:s}}',
        TABLE: 'prod',
      });
      const way = '. Give real ones with --env-file FILE, in lines such as Reports.SECRET=VALUE.';
      expect(notes).toEqual([`${all}${way}`]);
      expect((await load(source)).notes).toEqual([`${all}, Other.BUCKET (AWS::S3::Bucket Data)${way}`]);
      // They find the bucket here.
      const { notes: others } = await load(source, { stack: 'App', serveS3: true });
      expect(others).toEqual([`${all.replace(' Reports.BUCKET (AWS::S3::Bucket Data),', '')}${way}`]);
    });

    test('gets the values that a file gives it, which are listed and shown no more', async () => {
      const file = join(newDirectory(), 'functions.env');
      writeFileSync(file, 'Reports.SECRET=hunter2\nBUCKET=mine\nQUEUE={{resolve:ssm:q}}\nFLAG=f\nNEW=n');
      const envFile = await EnvFile.read(file, new AbortController().signal);
      const { functions, notes } = await load(source, { envFile });
      expect(notes).toEqual([]);
      const [reports, other] = [true, false].map((its) => functions.find((one) => (one.functionName === 'f') === its));
      expect(reports!.environment).toMatchObject({ SECRET: 'hunter2', BUCKET: 'mine', TABLE: 'prod', NEW: 'n' });
      expect(other!.environment).toEqual({ BUCKET: 'mine', QUEUE: '{{resolve:ssm:q}}', FLAG: 'f', NEW: 'n' });
      expect(Object.keys(reports!.declaredEnvironment!)).toEqual(Object.keys(Variables));
      expect(JSON.stringify(reports!.declaredEnvironment)).not.toContain('hunter2');
    });
  });

  test('that is invoked but not in the app is noted', async () => {
    const imported = 'arn:aws:lambda:eu-west-1:123456789012:function:imported';
    const DefinitionString = JSON.stringify({ StartAt: 'A', States: { A: { Arguments: { FunctionName: imported } } } });
    const { notes } = await load(oneStack({ Role: role, Machine: machine({ DefinitionString }) }));
    expect(notes).toEqual([expect.stringMatching(/invokes the function imported, which isn't in the app/)]);
  });
});

describe('a state machine', () => {
  test('is deployed with its definition resolved', async () => {
    const { stateMachines, functions } = await load(
      oneStack({
        ...complete,
        Machine: machine({
          StateMachineName: 'm',
          LoggingConfiguration: {
            Level: 'ERROR',
            IncludeExecutionData: true,
            Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: 'arn' } }],
          },
          TracingConfiguration: { Enabled: true },
          Tags: [{ Key: 'a', Value: 'b' }],
        }),
      }),
    );
    expect(stateMachines).toEqual([
      {
        stateMachineArn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:m',
        name: 'm',
        definition: expect.stringContaining(`"FunctionName":"${functions[0]!.functionArn}"`),
        roleArn: expect.stringContaining('role/App-Role-'),
        type: 'STANDARD',
        loggingConfiguration: {
          level: 'ERROR',
          includeExecutionData: true,
          destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: 'arn' } }],
        },
        tracingEnabled: true,
        createdAt: new Date('2026-01-01T00:00:00Z'),
        tags: { a: 'b' },
      },
    ]);
  });

  const definition = '{"StartAt":"${First}","States":{}}';
  test.each<[string, JsonObject]>([
    ['as text', { DefinitionString: definition }],
    ['as an object', { DefinitionString: { Ref: 'AWS::NoValue' }, Definition: JSON.parse(definition) as JsonObject }],
    [
      'in a file',
      { DefinitionString: { Ref: 'AWS::NoValue' }, DefinitionS3Location: { Bucket: 'b', Key: 'definition.json' } },
    ],
  ])('takes its definition %s, with substitutions', async (_, properties) => {
    const source = oneStack({
      Role: role,
      Machine: machine({ DefinitionSubstitutions: { First: { Ref: 'AWS::Region' } }, ...properties }),
    });
    source.files = { 'asset.definition.json': definition };
    source.assets = { 'definition.json': 'asset.definition.json' };
    const { stateMachines } = await load(source);
    expect(stateMachines.map((one) => one.definition)).toEqual(['{"StartAt":"eu-west-1","States":{}}']);
  });

  test('that cannot be served does not keep the others from being served', async () => {
    const checkStateMachine = ({ name }: { name: string }): void => {
      if (name === 'foreign') throw new UserError('State machine "foreign", state "S", field "Resource": no SNS here.');
    };
    const { stateMachines, unserved } = await load(
      oneStack(
        { ...complete, Fast: express, Foreign: machine({ StateMachineName: 'foreign' }) },
        { Outputs: { Arn: systemTestOutput } },
      ),
      { checkStateMachine, stack: 'App' },
    );
    expect(stateMachines).toHaveLength(1);
    const prefix = 'arn:aws:states:eu-west-1:123456789012:stateMachine';
    expect(unserved.stateMachines).toEqual(
      new Map([
        [`${prefix}:fast`, 'it is an Express state machine'],
        [`${prefix}:foreign`, 'state "S", field "Resource": no SNS here'],
      ]),
    );
  });
});

describe('stacks', () => {
  test('of Stages are served too', async () => {
    const { stacks, functions } = await load({
      stacks: {},
      nested: {
        'assembly-Prod': {
          stacks: { ProdApp: { template: { Resources: complete }, stackName: 'Prod-App' } },
        },
      },
    });
    expect(stacks.map(({ stackName }) => stackName)).toEqual(['Prod-App']);
    expect(functions[0]!.functionName).toContain('Prod-App-Function-');
  });

  test('refer to each other by exports and by outputs, in any order', async () => {
    const output = (Value: JsonObject) => ({ Outputs: { It: { Value } }, Resources: {} });
    const { stacks } = await load({
      stacks: {
        Import: { template: output({ 'Fn::ImportValue': 'Source:Name' }) },
        Output: { template: output({ 'Fn::GetStackOutput': { StackName: 'Source', OutputName: 'It' } }) },
        Source: {
          template: { Outputs: { It: { Value: 'v', Export: { Name: { 'Fn::Sub': '${AWS::StackName}:Name' } } } } },
        },
      },
    });
    expect(stacks.map(({ outputs }) => outputs.map(({ value }) => value))).toEqual([['v'], ['v'], ['v']]);
  });

  test('that are nested get their parameters, and their parent gets their outputs', async () => {
    const inner = {
      Parameters: { Text: { Type: 'String' } },
      Resources: { Role: role, Function: inlineFunction(code, { FunctionName: { Ref: 'Text' } }) },
      Outputs: { Name: { Value: { Ref: 'Function' } } },
    };
    const source = oneStack(
      {
        Inner: {
          Type: 'AWS::CloudFormation::Stack',
          Properties: { TemplateURL: 'https://s3.amazonaws.com/b/inner.json', Parameters: { Text: 'hello' } },
        },
      },
      { Outputs: { Name: { Value: { 'Fn::GetAtt': ['Inner', 'Outputs.Name'] } } } },
    );
    source.files = { 'inner.template.json': JSON.stringify(inner) };
    source.assets = { 'inner.json': 'inner.template.json' };
    const { stacks, functions } = await load(source);
    expect(stacks.map(({ stackName }) => stackName)).toEqual(['App', expect.stringMatching(/^App-Inner-\w{12}$/)]);
    expect(stacks[0]!.outputs[0]!.value).toBe('hello');
    expect(stacks[0]!.resources[0]!.physicalId).toBe(stacks[1]!.stackId);
    expect(functions.map(({ functionName }) => functionName)).toEqual(['hello']);
  });

  test('without an environment take the local one, others keep theirs', async () => {
    const template = {
      Resources: {},
      Outputs: { Where: { Value: { 'Fn::Sub': '${AWS::AccountId} ${AWS::Region}' } } },
    };
    const deployment = await load({
      stacks: {
        Open: { template },
        Half: { template, environment: 'aws://unknown-account/us-west-2' },
        Fixed: { template, environment: 'aws://111122223333/eu-central-1' },
      },
    });
    const where = deployment.stacks.map(({ outputs }) => outputs[0]!.value);
    expect(where).toEqual(['123456789012 eu-west-1', '123456789012 us-west-2', '111122223333 eu-central-1']);
    expect(deployment).toMatchObject(local);
  });

  test('of the system test set account and Region; a namesake elsewhere is left out with a note', async () => {
    const template = { Resources: complete, Outputs: { Arn: systemTestOutput } };
    const plain = { Resources: {} };
    const deployment = await load({
      stacks: {
        Beta: { template: plain, environment: 'aws://111122223333/us-east-1', stackName: 'App' },
        Prod: { template, environment: 'aws://444455556666/us-east-1', stackName: 'App' },
      },
    });
    expect(deployment).toMatchObject({ account: '444455556666', region: 'us-east-1' });
    expect(deployment.stacks).toHaveLength(1);
    expect(deployment.notes).toEqual([
      'Left out stack App of 111122223333 in us-east-1: another stack has the same name.',
    ]);
  });

  test('name what the app could not look up', async () => {
    const source: AssemblySource = {
      ...oneStack(complete),
      missing: [{ key: 'k', provider: 'vpc-provider', props: {} }],
    };
    const { notes } = await load(source);
    expect(notes).toEqual([expect.stringMatching(/looks things up in its account \(vpc-provider\).*cdk synth/)]);
  });
});

test('an assembly without stacks is refused', async () => {
  await expect(load({ stacks: {} })).rejects.toThrow(/There is no stack in the cloud assembly .*at least one/);
});
