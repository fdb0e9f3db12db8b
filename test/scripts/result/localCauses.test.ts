import { localCauseNotes } from '../../../scripts/result/localCauses';
import { errored, failed, passed } from '../runResults';

const profile = { functionProfile: 'dev' };
const emulator = { functionEndpointUrl: 'http://localhost:4566' };

/** What is noted where a function failed with an error. */
const noted = (type: string, message: string, given = {}) =>
  localCauseNotes({ results: [failed('a', { error: { type, message } })] }, given);

const none =
  'the functions have no AWS credentials on this machine: --function-profile NAME gives them those of a profile, ' +
  '--function-endpoint-url URL sends their calls to an emulator.';
const noNetwork = 'this machine does not reach AWS, and the functions have no AWS credentials unless';

test.each([
  ['CredentialsProviderError', 'Could not load credentials from any providers', 'CredentialsProviderError', none],
  ['UnrecognizedClientException', 'The security token included in the request is invalid.', '', none],
  ['NoCredentialsError', 'Unable to locate credentials', '', none],
  [
    'ClientError',
    'An error occurred (InvalidAccessKeyId) when calling the GetObject operation: …',
    'InvalidAccess',
    none,
  ],
  ['OperationError', 'operation error STS: …, api error InvalidClientTokenId: …', 'InvalidClientTokenId', none],
  ['software.amazon.awssdk.core.exception.SdkClientException', 'Unable to load credentials from any …', '', none],
  [
    'Error',
    'getaddrinfo ENOTFOUND s3.eu-west-1.amazonaws.com',
    'no connection to s3.eu-west-1.amazonaws.com',
    noNetwork,
  ],
  [
    'EndpointConnectionError',
    'Could not connect to the endpoint URL: "https://sqs.eu-west-1.amazonaws.com/"',
    '',
    noNetwork,
  ],
  ['OperationError', 'dial tcp: lookup s3.eu-west-1.amazonaws.com on 127.0.0.53:53: no such host', '', noNetwork],
  ['java.net.UnknownHostException', 'java.net.UnknownHostException: s3.eu-west-1.amazonaws.com', '', noNetwork],
])('says what a function lacks here that failed with %s: %s', (type, message, word, advice) => {
  const [note = '', ...more] = noted(type, message);
  expect(note).toMatch(/^1 configuration failed with \S/);
  expect(note).toContain(word);
  expect(note).toContain(advice);
  expect(more).toEqual([]);
});

test.each([
  [
    'ExpiredToken',
    'The provided token has expired.',
    profile,
    'sign in again, such as by aws sso login --profile dev.',
  ],
  ['Error', 'getaddrinfo ENOTFOUND sts.amazonaws.com', profile, 'does not reach AWS: --function-endpoint-url URL'],
  ['NoSuchBucket', 'The specified bucket does not exist', emulator, 'made up, --env-file FILE gives the real one.'],
  ['NoSuchBucket', 'It does not exist', { s3: 'objects' }, 'gives the real one; a bucket is a folder in objects.'],
  ['AccessDenied', 'Access Denied', profile, 'may do what the profile dev may, and not what their roles may.'],
  ['InvalidClientTokenId', '…', emulator, 'made-up credentials, which http://localhost:4566 does not take'],
  ['Error', 'connect ECONNREFUSED 127.0.0.1:4566', emulator, 'http://localhost:4566 does not answer any more.'],
  ['EndpointConnectionError', 'Could not connect to the endpoint URL: "http://localhost:4566/"', emulator, 'any more.'],
  ['OperationError', 'dial tcp 127.0.0.1:4566: connect: connection refused', emulator, 'any more.'],
  [
    'Error',
    'getaddrinfo ENOTFOUND data.s3.amazonaws.com',
    emulator,
    'where these calls go past http://localhost:4566.',
  ],
])('after %s: %s with %j says what became of what was given', (type, message, given, advice) => {
  expect(noted(type, message, given).join()).toContain(advice);
});

test.each([
  ['AccessDenied', 'Access Denied', {}],
  ['Error', 'connect ECONNREFUSED 127.0.0.1:5432', emulator],
  ['Error', 'getaddrinfo ENOTFOUND db.internal', {}],
  ['InvalidToken', 'Unexpected token at line 3', {}],
])('leaves %s: %s with %j to the function', (type, message, given) => {
  expect(noted(type, message, given)).toEqual([]);
});

test('counts what failed for one cause in one note, also where only the log names it', () => {
  const results = [
    failed('a', { error: { type: 'UnrecognizedClientException', message: '…' } }),
    failed('b', { error: undefined, log_tail: 'START\nCaught CredentialsProviderError: none\nEND\n' }),
    failed('c', { error: { type: 'Error', message: 'getaddrinfo ENOTFOUND sts.amazonaws.com' } }),
    errored('d', { error: { type: 'UnrecognizedClientException', message: '…' } }),
    passed('e', { log_tail: 'UnrecognizedClientException' }),
  ];
  expect(localCauseNotes({ results }, {})).toEqual([
    `2 configurations failed with UnrecognizedClientException, CredentialsProviderError: ${none}`,
    expect.stringMatching(/^1 configuration failed with no connection to sts\.amazonaws\.com: /),
  ]);
});
