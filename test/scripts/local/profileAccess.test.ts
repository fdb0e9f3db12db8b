import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../scripts/io/clock';
import { profileAccess } from '../../../scripts/local/profileAccess';
import { listen } from '../../../scripts/local/http/listener';
import { newDirectory, removeDirectories } from './cloudAssembly';

afterAll(removeDirectories);

const directory = newDirectory();
const written = join(directory, 'process.json');
const env = {
  AWS_CONFIG_FILE: join(directory, 'config'),
  AWS_SHARED_CREDENTIALS_FILE: join(directory, 'credentials'),
  AWS_ACCESS_KEY_ID: 'the-callers-own',
  AWS_SECRET_ACCESS_KEY: 'secret',
};
writeFileSync(
  env.AWS_CONFIG_FILE,
  `[profile process]
credential_process = cat ${written}
region = eu-north-1
[profile broken]
credential_process = node -e "console.error('secret'); process.exit(1)"
[profile empty]
region = eu-north-1
[profile sso]
sso_session = here
sso_account_id = 123456789012
sso_role_name = Developer
[sso-session here]
sso_region = eu-north-1
sso_start_url = https://example.com/start
`,
);
writeFileSync(
  env.AWS_SHARED_CREDENTIALS_FILE,
  '[keys]\naws_access_key_id = AK\naws_secret_access_key = SK\n[session]\naws_access_key_id = AK\naws_secret_access_key = SK\naws_session_token = ST\n',
);

// The SDK finds the files of a session by the variables of its own process alone.
Object.assign(process.env, env, { HOME: directory });

const start = Date.UTC(2100, 0, 1);
const minute = 60_000;

function processGives(accessKeyId: string, goodForMs: number): void {
  const Expiration = new Date(start + goodForMs).toISOString();
  const text = { Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: 'SK', SessionToken: 'ST', Expiration };
  writeFileSync(written, JSON.stringify(text));
}

/** The access by a profile, and a clock that only the test moves. */
async function opened(profile: string) {
  const clock: Clock & { time: number } = { time: start, now: () => clock.time, sleep: () => Promise.resolve() };
  return { clock, access: await profileAccess({ profile, env, clock }) };
}

test('gives the keys of a profile as they stand, without those of the environment', async () => {
  const { access } = await opened('keys');
  await expect(access(minute)).resolves.toEqual({ credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' } });
});

test('asks the profile again as soon as its credentials end before they are needed no more', async () => {
  processGives('FIRST', 60 * minute);
  const { access, clock } = await opened('process');
  processGives('SECOND', 120 * minute);
  await expect(access(16 * minute)).resolves.toEqual({
    credentials: { accessKeyId: 'FIRST', secretAccessKey: 'SK', sessionToken: 'ST' },
    expiresAt: start + 60 * minute,
    region: 'eu-north-1',
  });
  clock.time += 45 * minute;
  await expect(access(15 * minute)).resolves.toMatchObject({ credentials: { accessKeyId: 'FIRST' } });
  const both = await Promise.all([access(16 * minute), access(16 * minute)]);
  expect(both.map(({ credentials }) => credentials.accessKeyId)).toEqual(['SECOND', 'SECOND']);
  expect(both[0]).toBe(both[1]);

  clock.time += 60 * minute;
  writeFileSync(written, '{}');
  await expect(access(16 * minute)).rejects.toThrow(
    /^it gets no valid credentials any more from the profile "process" \(.+\): sign in again, such as by aws sso login /,
  );
  processGives('THIRD', 180 * minute);
  await expect(access(16 * minute)).resolves.toMatchObject({ credentials: { accessKeyId: 'THIRD' } });
});

test.each([
  ['nobody', /^Expected --function-profile to name a profile of the shared config files, got "nobody": aws configure /],
  [
    'broken',
    /valid credentials, got "broken" \(Command failed: node .*\): sign in again, such as by aws sso login --profile broken\.$/,
  ],
  ['empty', /got "empty" \(Could not resolve credentials using profile: \[empty\] .*\): sign in again/],
  ['sso', /got "sso" \(.*(session|token|Token|login).*\): sign in again, such as by aws sso login --profile sso\.$/],
])('refuses the profile %s before anything is served', async (profile, message) => {
  await expect(opened(profile)).rejects.toThrow(message);
});

test('refuses credentials that have expired', async () => {
  processGives('OLD', -1);
  await expect(opened('process')).rejects.toThrow(
    'Expected --function-profile to name a profile with valid credentials, got "process" (they have expired): sign in',
  );
});

test.each([
  ['has ended', 403, 'ExpiredToken', /got "session" \(it has expired\): sign in again/],
  ['is good', 200, '', /^opened$/],
  ['can not be asked about', 503, 'ServiceUnavailable', /^opened$/],
])('asks AWS about a session token that does not tell its end: one that %s', async (_, status, code, message) => {
  const body = `<Answer><Error><Code>${code}</Code><Message>it has expired</Message></Error></Answer>`;
  const sts = await listen(() => Promise.resolve({ status, headers: {}, body }));
  process.env.AWS_ENDPOINT_URL_STS = sts.url;
  const outcome = opened('session').then(
    () => 'opened',
    (error: unknown) => (error as Error).message,
  );
  await expect(outcome).resolves.toMatch(message);
  delete process.env.AWS_ENDPOINT_URL_STS;
  await sts.close();
});
