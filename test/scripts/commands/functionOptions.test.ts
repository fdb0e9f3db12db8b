/** What functions get of this machine by the flags of `invoke --local`; `run` and `local` have the same. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listen, type Listener } from '../../../scripts/local/http/listener';
import { StsService } from '../../../scripts/local/sts/service';
import { cleanEnv, inProcess } from '../command';
import { inlineFunction, newDirectory, removeDirectories, role, writeAssembly } from '../local/cloudAssembly';
import { deploymentOf } from '../local/lambda/lambdaFixture';

/** Asks STS who it is, and tells its variables. */
const code = `
const { STSClient, GetCallerIdentityCommand } = require('@aws-sdk/client-sts');
exports.handler = async () => {
  const { Account } = await new STSClient({ maxAttempts: 1 }).send(new GetCallerIdentityCommand({}));
  const { STAGE, BUCKET, TOKEN, AWS_SECRET_ACCESS_KEY: key } = process.env;
  return { system_test_successful: true, Account, STAGE, BUCKET, said: TOKEN + ' and ' + key };
};`;

const directory = newDirectory();
const file = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
};
const env = {
  ...cleanEnv,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'CALLER',
  AWS_SECRET_ACCESS_KEY: 'caller-secret',
  AWS_CONFIG_FILE: file('config', '[profile dev]\nregion = eu-north-1\n'),
  AWS_SHARED_CREDENTIALS_FILE: file(
    'credentials',
    '[dev]\naws_access_key_id = DEV\naws_secret_access_key = dev-secret\n',
  ),
};
const app = writeAssembly({
  stacks: {
    Shop: {
      template: {
        Resources: {
          Role: role,
          Data: { Type: 'AWS::S3::Bucket' },
          Who: inlineFunction(code, {
            FunctionName: 'who',
            Timeout: 30,
            Environment: { Variables: { STAGE: 'template', BUCKET: { Ref: 'Data' } } },
          }),
        },
      },
    },
  },
});

let emulator: Listener;
/** The Authorization headers that the emulator got. */
const signatures: string[] = [];
beforeAll(async () => {
  const sts = new StsService({ deployment: deploymentOf() });
  emulator = await listen((request, requestId) => {
    const signature = request.headers.authorization ?? '';
    signatures.push(signature);
    if (signature.includes('Credential=DEV/')) return sts.handle(request, requestId);
    const body =
      '<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>Unknown.</Message></Error></ErrorResponse>';
    return Promise.resolve({ status: 403, headers: {}, body });
  });
});
afterAll(async () => {
  await emulator.close();
  removeDirectories();
});
beforeEach(() => signatures.splice(0));

const invoke = (...flags: string[]) =>
  inProcess(
    [
      'invoke',
      '--local',
      '--app',
      app,
      '--function',
      'who',
      'one',
      '--report',
      'json',
      '--no-redact-credentials',
      ...flags,
    ],
    { env },
  );

test('a function has the variables of a file, and calls an emulator with the credentials and Region of a profile', async () => {
  const { code, stdout, stderr } = await invoke(
    ...['--env-file', file('functions.env', 'STAGE=all\nwho.BUCKET=real-bucket\nTOKEN=hunter2secret\n')],
    ...['--function-profile', 'dev', '--function-endpoint-url', emulator.url],
  );
  expect(stderr).not.toMatch(/made-up/);
  expect(JSON.parse(stdout)).toMatchObject({
    results: [
      { response: { Account: '123456789012', STAGE: 'all', BUCKET: 'real-bucket', said: '[redacted] and [redacted]' } },
    ],
  });
  expect(signatures).toEqual([expect.stringMatching(/Credential=DEV\/\d+\/eu-north-1\/sts\//)]);
  expect(stdout + stderr).not.toMatch(/secret|CALLER|DEV\b/);
  expect(code).toBe(0);
});

test('without a profile its credentials are made up, and a note says so where that fails it', async () => {
  const { code, stderr } = await invoke('--function-endpoint-url', emulator.url);
  expect(signatures).toEqual([expect.stringMatching(/Credential=local\/\d+\/eu-west-1\/sts\//)]);
  expect(stderr).toContain(
    "The functions get made-up values for what isn't on this machine: Who.BUCKET (AWS::S3::Bucket Data). " +
      'Give real ones with --env-file FILE, in lines such as Who.BUCKET=VALUE.\n',
  );
  expect(stderr).toContain(
    `1 configuration failed with InvalidClientTokenId: the functions have made-up credentials, which ${emulator.url} ` +
      'does not take: --function-profile NAME gives them those of a profile.\n',
  );
  expect(code).toBe(1);
});

test.each<[string, string[], RegExp]>([
  ['a broken file', ['--env-file', file('broken.env', 'A1=1\nhunter2secret\n')], /line 2, got "hunter2s…"\.$/m],
  ['no such file', ['--env-file', 'nowhere.env'], /nowhere\.env can't be read: there is no such file\.$/m],
  ['no such profile', ['--function-profile', 'nobody'], /got "nobody": aws configure list-profiles shows them\.$/m],
  [
    'an endpoint that refuses',
    ['--function-endpoint-url', 'http://127.0.0.1:1'],
    /takes connections, got "http:\/\/127\.0\.0\.1:1" \(connect ECONNREFUSED 127\.0\.0\.1:1\): start it first\.$/m,
  ],
])('%s is said before anything is synthesized', async (_, flags, message) => {
  const marker = join(directory, 'synthesized');
  const args = ['run', '--local', '--app', `touch ${marker}`, ...flags];
  const { code, stdout, stderr } = await inProcess(args, { env });
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  expect(stdout + stderr).not.toContain('secret');
  expect(existsSync(marker)).toBe(false);
  expect(code).toBe(2);
});

test('a file that names a function that the app does not have is refused', async () => {
  const { code, stderr } = await invoke('--env-file', file('other.env', 'STAGE=a\nWhom.STAGE=secret\n'));
  expect(stderr).toMatch(/other\.env, line 2, to name one function of the app, got "Whom", .* none: Who\.$/m);
  expect(stderr).not.toContain('secret');
  expect(code).toBe(2);
});
