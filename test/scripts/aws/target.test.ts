import type { StackOutput } from '../../../scripts/aws/cloudFormation';
import { NoVerdictError } from '../../../scripts/io/noVerdictError';
import {
  functionOfStack,
  parseFunctionName,
  parseStateMachineArn,
  stateMachineOfStack,
} from '../../../scripts/aws/target';
import { UserError } from '../../../scripts/io/userError';
import { machineArn } from '../fakeExecution';

const output = (value: string, description = 'System test state machine: SystemTest'): StackOutput => ({
  key: 'Arn',
  value,
  description,
});
const machineOf = (outputs: StackOutput[], test?: string) =>
  stateMachineOfStack({ stack: 'Feeds', test, read: () => Promise.resolve(outputs) });

describe('the state machine of a stack', () => {
  test('is what the output says whose description starts as the construct writes it', async () => {
    const outputs = [output('feeds', 'System test function'), output('https://example.com', ''), output(machineArn)];

    await expect(machineOf(outputs)).resolves.toEqual({ arn: machineArn, test: 'SystemTest' });
  });

  test('has to be there', async () => {
    await expect(machineOf([output('feeds', 'System test function')])).rejects.toThrow(
      /^Expected a system test in the stack Feeds, got none/,
    );
  });

  const paths = ['Prod/Feeds/SystemTest', 'Prod/Feeds/Deep/SystemTest', 'Prod/Feeds/NightlySystemTest'];
  const several = paths.map((path, index) => output(`${machineArn}${index}`, `System test state machine: ${path}`));

  test.each([
    ['Feeds/SystemTest', 0],
    ['Prod/Feeds/SystemTest', 0],
    ['Deep/SystemTest', 1],
    ['NightlySystemTest', 2],
  ])('is chosen by the path of its construct or the end of it: %s', async (test, index) => {
    await expect(machineOf(several, test)).resolves.toEqual({ arn: `${machineArn}${index}`, test: paths[index] });
  });

  test('is chosen by its path although that is the end of another one', async () => {
    const both = [...several, output(machineArn, 'System test state machine: Feeds/SystemTest')];
    await expect(machineOf(both, 'Feeds/SystemTest')).resolves.toMatchObject({ arn: machineArn });
  });

  test.each([
    [undefined, `Expected one system test in the stack Feeds, got 3: choose one with --test: ${paths.join(', ')}.`],
    [
      'SystemTest',
      'Expected one system test in the stack Feeds, got 2 that end in "SystemTest": choose one with --test: ' +
        'Prod/Feeds/SystemTest, Prod/Feeds/Deep/SystemTest.',
    ],
    [
      'Test',
      'Expected --test to be the path of a system test in the stack Feeds, or the end of it, got "Test": it has ' +
        `${paths.join(', ')}.`,
    ],
  ])('has to be chosen by what fits only one: %s', async (test, message) => {
    await expect(machineOf(several, test)).rejects.toThrow(new UserError(message));
  });

  test.each([
    ['ValidationError', 'Stack with id Feeds does not exist', UserError, /^Expected a stack named Feeds, got none in/],
    ['ValidationError', '1 validation error detected', UserError, /^Expected --stack to name a stack, got "Feeds"/],
    ['AccessDenied', 'not authorized', NoVerdictError, /^Not allowed to read the outputs of the stack Feeds/],
    ['Throttling', 'Rate exceeded', NoVerdictError, /^Could not read the outputs of the stack Feeds, as AWS throttles/],
    ['CredentialsProviderError', 'no providers', UserError, /^Expected valid AWS credentials/],
  ])('cannot be found when CloudFormation answers %s: %s', async (name, message, kind, expected) => {
    const error = Object.assign(new Error(message), { name });

    const search = { stack: 'Feeds', read: () => Promise.reject(error) };
    const failure = await stateMachineOfStack(search).catch((thrown: unknown) => thrown);

    expect(failure).toBeInstanceOf(kind);
    expect((failure as Error).message).toMatch(expected);
    expect((failure as Error).cause).toBe(error);
  });
});

describe("a state machine's ARN", () => {
  test.each([machineArn, `${machineArn}:3`, `${machineArn}:live`, machineArn.replace('arn:aws:', 'arn:aws-us-gov:')])(
    'is accepted: %s',
    (arn) => {
      expect(parseStateMachineArn(arn)).toEqual({ region: 'eu-west-1', name: 'SystemTest' });
    },
  );

  test.each(['', 'SystemTest', machineArn.replace('stateMachine', 'execution'), machineArn.replace('12', 'x')])(
    'is told from anything else: %j',
    (arn) => {
      expect(parseStateMachineArn(arn)).toBeUndefined();
    },
  );
});

describe('the function of a stack', () => {
  const functionOf = (tests: Record<string, string>, test?: string) => {
    const outputs = Object.entries(tests).map(([path, value]) => output(value, `System test function: ${path}`));
    return functionOfStack({ stack: 'Feeds', test, read: () => Promise.resolve([output(machineArn), ...outputs]) });
  };

  test('is found by its output, with the alias that is tested', async () => {
    await expect(functionOf({ A: 'feeds:live' })).resolves.toEqual({ arn: 'feeds:live', test: 'A' });
  });

  test('may have several system tests, of which none is meant unless one is named', async () => {
    await expect(functionOf({ A: 'feeds', B: 'feeds' })).resolves.toEqual({ arn: 'feeds' });
    await expect(functionOf({ A: 'feeds', B: 'feeds' }, 'B')).resolves.toEqual({ arn: 'feeds', test: 'B' });
  });

  test('has to be chosen where there are several', async () => {
    await expect(functionOf({ A: 'feeds', B: 'tenants' })).rejects.toThrow(
      new UserError('Expected one system test in the stack Feeds, got 2: choose one with --test: A, B.'),
    );
  });
});

describe('the name of a function', () => {
  test.each([
    ['feeds', undefined],
    ['feeds:live', undefined],
    ['feeds:$LATEST', undefined],
    ['123456789012:function:feeds:3', undefined],
    ['arn:aws:lambda:eu-west-1:123456789012:function:feeds', 'eu-west-1'],
    ['arn:aws-cn:lambda:cn-north-1:123456789012:function:feeds:live', 'cn-north-1'],
  ])('is accepted: %s', (name, region) => {
    expect(parseFunctionName(name)).toEqual({ region });
  });

  test.each([
    '',
    'a b',
    'a:b:c',
    'x'.repeat(65),
    'arn:aws:lambda:eu-west-1:123456789012:layer:feeds',
    'arn:aws:s3:::b',
  ])('is told from anything else: %j', (name) => {
    expect(parseFunctionName(name)).toBeUndefined();
  });
});
