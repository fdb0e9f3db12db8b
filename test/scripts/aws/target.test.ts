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
const machineOf = (outputs: StackOutput[]) => stateMachineOfStack('Feeds', () => Promise.resolve(outputs));

describe('the state machine of a stack', () => {
  test('is what the output says whose description starts as the construct writes it', async () => {
    const outputs = [output('feeds', 'System test function'), output('https://example.com', ''), output(machineArn)];

    await expect(machineOf(outputs)).resolves.toBe(machineArn);
  });

  test('has to be there', async () => {
    await expect(machineOf([output('feeds', 'System test function')])).rejects.toThrow(
      /^Expected a system test in the stack Feeds, got none/,
    );
  });

  test('has to be chosen where there are several', async () => {
    const other = `${machineArn}2`;

    await expect(machineOf([output(machineArn), output(other)])).rejects.toThrow(
      new UserError(
        `Expected one system test in the stack Feeds, got 2: choose one with --state-machine: ${machineArn}, ${other}.`,
      ),
    );
  });

  test.each([
    ['ValidationError', 'Stack with id Feeds does not exist', UserError, /^Expected a stack named Feeds, got none in/],
    ['ValidationError', '1 validation error detected', UserError, /^Expected --stack to name a stack, got "Feeds"/],
    ['AccessDenied', 'not authorized', NoVerdictError, /^Not allowed to read the outputs of the stack Feeds/],
    ['Throttling', 'Rate exceeded', NoVerdictError, /^Could not read the outputs of the stack Feeds, as AWS throttles/],
    ['CredentialsProviderError', 'no providers', UserError, /^Expected valid AWS credentials/],
  ])('cannot be found when CloudFormation answers %s: %s', async (name, message, kind, expected) => {
    const error = Object.assign(new Error(message), { name });

    const failure = await stateMachineOfStack('Feeds', () => Promise.reject(error)).catch((thrown: unknown) => thrown);

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
  const functionOf = (values: string[]) => {
    const outputs = values.map((value) => output(value, 'System test function: Test'));
    return functionOfStack('Feeds', () => Promise.resolve([output(machineArn), ...outputs]));
  };

  test('is found by its output, with the alias that is tested', async () => {
    await expect(functionOf(['feeds:live'])).resolves.toBe('feeds:live');
  });

  test('may have several system tests', async () => {
    await expect(functionOf(['feeds', 'feeds'])).resolves.toBe('feeds');
  });

  test('has to be chosen where there are several', async () => {
    await expect(functionOf(['feeds', 'tenants'])).rejects.toThrow(
      new UserError('Expected one system test in the stack Feeds, got 2: choose one with --function: feeds, tenants.'),
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
