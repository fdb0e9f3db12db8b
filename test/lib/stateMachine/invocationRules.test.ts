import * as clientLambda from '@aws-sdk/client-lambda';
import { readFileSync } from 'node:fs';
import { transientErrors } from '../../../lib/stateMachine/invocationRules';
import { isTransient } from '../../../scripts/direct/platformError';

/** The errors that the model of Invoke lists, as the SDK's documentation tells them. */
function errorsOfInvoke(): string[] {
  const types = require
    .resolve('@aws-sdk/client-lambda')
    .replace('dist-cjs/index.js', 'dist-types/commands/InvokeCommand.d.ts');
  const names = Array.from(readFileSync(types, 'utf8').matchAll(/@throws \{@link (\w+)\}/g), (match) => match[1]!);
  return names.filter((name) => name !== 'LambdaServiceException');
}

/** What trying again doesn't mend: the function, its settings or permissions, the request. */
const permanent = [
  'CodeArtifactUserFailedException',
  'DurableExecutionAlreadyStartedException',
  'EC2AccessDeniedException',
  'EFSMountFailureException',
  'InvalidParameterValueException',
  'InvalidRequestContentException',
  'InvalidRuntimeException',
  'InvalidSecurityGroupIDException',
  'InvalidSubnetIDException',
  'InvalidZipFileException',
  'KMSAccessDeniedException',
  'KMSDisabledException',
  'KMSInvalidStateException',
  'KMSNotFoundException',
  'ModeNotSupportedException',
  'NoPublishedVersionException',
  'RecursiveInvocationException',
  'RequestTooLargeException',
  'ResourceNotFoundException',
  'S3FilesMountFailureException',
  'SerializedRequestEntityTooLargeException',
  'ServiceQuotaExceededException',
  'SnapStartException',
  'UnsupportedMediaTypeException',
];

describe('every error that Invoke lists', () => {
  const errors = errorsOfInvoke();

  it('is known to pass by itself, or known not to', () => {
    const known = [...permanent, ...errors.filter((name) => transientErrors.includes(`Lambda.${name}`))];
    expect(known.sort()).toEqual(errors.sort());
    expect(errors.length).toBeGreaterThan(40);
  });

  it.each(errors)('is retried by the direct mode as by the state machine: %s', (name) => {
    const Type = (clientLambda as unknown as Record<string, new (o: object) => Error>)[name]!;
    const error = new Type({ message: 'of the service', $metadata: {} });
    expect(isTransient(error)).toBe(!permanent.includes(name));
  });
});

// The second name is that of the class in the AWS SDK for Java 2.58 (software.amazon.awssdk.services.lambda.model).
it.each([
  ['EC2ThrottledException', 'Ec2ThrottledException'],
  ['EC2UnexpectedException', 'Ec2UnexpectedException'],
  ['EFSIOException', 'EfsioException'],
  ['EFSMountConnectivityException', 'EfsMountConnectivityException'],
  ['EFSMountTimeoutException', 'EfsMountTimeoutException'],
  ['ENILimitReachedException', 'EniLimitReachedException'],
  ['ENINotReadyException', 'EniNotReadyException'],
  ['S3FilesMountTimeoutException', 'S3FilesMountTimeoutException'],
  ['SnapStartNotReadyException', 'SnapStartNotReadyException'],
  ['SubnetIPAddressLimitReachedException', 'SubnetIpAddressLimitReachedException'],
  ['TooManyRequestsException', 'TooManyRequestsException'],
])('%s is retried by both names that Step Functions may give it', (api, java) => {
  expect(transientErrors).toEqual(expect.arrayContaining([`Lambda.${api}`, `Lambda.${java}`]));
  expect(new Set(transientErrors).size).toBe(transientErrors.length);
});
