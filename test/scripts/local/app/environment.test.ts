import { localEnvironment, partitionOf, urlSuffixOf } from '../../../../scripts/local/app/environment';

test.each<[NodeJS.ProcessEnv, string, string]>([
  [{}, '123456789012', 'us-east-1'],
  [{ AWS_DEFAULT_REGION: 'eu-west-2' }, '123456789012', 'eu-west-2'],
  [{ AWS_DEFAULT_REGION: 'eu-west-2', AWS_REGION: 'eu-west-1' }, '123456789012', 'eu-west-1'],
  [{ AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-2' }, '123456789012', 'eu-west-2'],
  [{ CDK_DEFAULT_ACCOUNT: '111122223333', CDK_DEFAULT_REGION: 'a', AWS_REGION: 'b' }, '111122223333', 'a'],
])('the environment variables %j give account %s and Region %s', (env, account, region) => {
  expect(localEnvironment(env)).toEqual({ account, region });
});

test('an account that can not be one is refused', () => {
  expect(() => localEnvironment({ CDK_DEFAULT_ACCOUNT: '123' })).toThrow(
    'Expected CDK_DEFAULT_ACCOUNT to be an account of twelve digits, got "123".',
  );
});

test.each([
  ['eu-west-1', 'aws', 'amazonaws.com'],
  ['cn-north-1', 'aws-cn', 'amazonaws.com.cn'],
  ['us-gov-west-1', 'aws-us-gov', 'amazonaws.com'],
])('the Region %s is in the partition %s with the domain %s', (region, partition, suffix) => {
  expect([partitionOf(region), urlSuffixOf(region)]).toEqual([partition, suffix]);
});
