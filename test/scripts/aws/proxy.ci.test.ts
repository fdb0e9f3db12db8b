import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult } from '../../../lib/wire';
import { behaviours } from '../../behaviours';
import { makeCertificate, openssl, startConnectProxy, type Certificate, type ConnectProxy } from '../../connectProxy';
import { deployLocally, type LocalSystemTest } from '../../localSystemTest';
import { startProxy, type FaultOf, type Proxy } from '../../proxy';
import { awsEnv, systemTest } from '../command';

const twenty = Array.from({ length: 20 }, (_, index) => `config ${index}`);
const region = 'us-east-1.amazonaws.com:443';

let test: LocalSystemTest;
let services: Certificate;
beforeAll(async () => {
  services = makeCertificate();
  test = await deployLocally({ code: behaviours });
});
afterAll(async () => {
  services.remove();
  await test.close();
});

/** AWS, that is the local endpoint, as it is behind the proxy. */
let aws: Proxy;
let proxy: ConnectProxy;
async function behindProxy(o?: Parameters<typeof startConnectProxy>[2], answers?: FaultOf): Promise<void> {
  aws = await startProxy(test.endpoint.url, answers);
  proxy = await startConnectProxy(aws.url, services, o);
}
afterEach(async () => {
  await proxy.close();
  await aws.close();
});

/** Runs the built command, which finds nothing of AWS but through the proxy. */
async function command(args: string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await systemTest([...args, '--report', 'json'], {
    env: { ...awsEnv, NODE_EXTRA_CA_CERTS: services.certificate, HTTPS_PROXY: `http://${proxy.address}`, ...env },
  });
  return { code, stderr, result: stdout === '' ? undefined : (JSON.parse(stdout) as RunResult) };
}

openssl.describe('a proxy that HTTPS_PROXY names', () => {
  it('is what a run goes through, to each service', async () => {
    await behindProxy();

    const { code, result } = await command(['run', 'config', 'raises']);

    expect({ code, passed: result?.passed, failed: result?.failed }).toEqual({ code: 1, passed: 1, failed: 1 });
    expect(result?.console_url).toMatch(/^https:\/\/us-east-1\.console\.aws\.amazon\.com\//);
    // Calls share tunnels; how many there are depends on how many calls meet.
    expect([...new Set(proxy.tunnels)]).toEqual([`cloudformation.${region}`, `states.${region}`]);
    expect(aws.count('GetExecutionHistory')).toBeGreaterThan(0);
  });

  it('is what the invocations of invoke go through, with as many tunnels as run at once', async () => {
    await behindProxy();

    const { code } = await command(['invoke', ...twenty, '--max-concurrency', '4']);

    expect(code).toBe(0);
    expect(aws.count('Invoke')).toBe(20);
    const invoking = proxy.tunnels.filter((host) => host === `lambda.${region}`);
    expect(invoking.length).toBeGreaterThan(0);
    expect(invoking.length).toBeLessThanOrEqual(4);
  });

  it.each([
    ['in small letters', (address: string) => ({ HTTPS_PROXY: '', https_proxy: `http://${address}` })],
    ['in both, of which the small letters count', (address: string) => ({ HTTPS_PROXY: 'x:1', https_proxy: address })],
    ['without a scheme', (address: string) => ({ HTTPS_PROXY: address })],
  ])('may be given %s', async (_, env) => {
    await behindProxy();

    const { code } = await command(['run', 'config'], env(proxy.address));

    expect(code).toBe(0);
    expect(new Set(proxy.tunnels).size).toBe(2);
  });

  it('gets the user and the password of its URL', async () => {
    await behindProxy({ password: 'p@ss' });

    const { code } = await command(['run', 'config'], { HTTPS_PROXY: `http://team:p%40ss@${proxy.address}` });

    expect(code).toBe(0);
  });

  it('is what the credentials of a person who signed in by AWS IAM Identity Center are asked for through', async () => {
    const roleCredentials = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c', expiration: 9e12 };
    await behindProxy({}, ({ operation }) =>
      operation.startsWith('/federation/credentials?')
        ? { status: 200, contentType: 'application/json', body: JSON.stringify({ roleCredentials }) }
        : undefined,
    );
    const home = signedIn();

    const { code } = await command(['run', 'config', '--profile', 'work'], {
      HOME: home,
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
    });

    expect(code).toBe(0);
    expect(proxy.tunnels).toContain(`portal.sso.${region}`);
    expect(aws.calls.at(-1)!.headers['x-amz-security-token']).toBe('c');
    rmSync(home, { recursive: true });
  });

  it('is not asked for hosts that NO_PROXY names', async () => {
    await behindProxy();
    const flags = ['--endpoint-url', `https://localhost:${proxy.tlsPort}`];

    await expect(command(['run', 'config', ...flags], { NO_PROXY: '.example.com,localhost' })).resolves.toMatchObject({
      code: 0,
    });
    expect(proxy.tunnels).toEqual([]);
    await expect(command(['run', 'config', ...flags], { NO_PROXY: '.example.com' })).resolves.toMatchObject({
      code: 0,
    });
    expect(new Set(proxy.tunnels)).toEqual(new Set([`localhost:${proxy.tlsPort}`]));
  });

  it('is not asked for the hosts of a domain that NO_PROXY names', async () => {
    await behindProxy();
    // Nothing has this name (RFC 2606): without the proxy there is no way to it.
    const flags = ['--endpoint-url', 'https://states.example.invalid'];

    await expect(command(['run', 'config', ...flags], { NO_PROXY: 'example.invalid' })).resolves.toMatchObject({
      code: 3,
    });
    expect(proxy.tunnels).toEqual([]);
    await command(['run', 'config', ...flags], { NO_PROXY: 'other.invalid' });
    expect(proxy.tunnels.length).toBeGreaterThan(0);
  });

  it('is not asked for an endpoint without TLS, such as the local one', async () => {
    await behindProxy();

    const { code } = await command(['run', 'config', '--endpoint-url', test.endpoint.url]);

    expect(code).toBe(0);
    expect(proxy.tunnels).toEqual([]);
  });
});

openssl.describe('a proxy that opens no tunnel', () => {
  it('for lack of the right password is told, without the password, and nothing is tried again', async () => {
    await behindProxy({ password: 'right' });

    const { code, stderr } = await command(['run', 'config'], { HTTPS_PROXY: `http://team:wr0ng@${proxy.address}` });

    expect(stderr).toBe(
      `error: Could not read the outputs of the stack SystemTest: Asked the proxy ${proxy.address} for a connection to cloudformation.${region}, and got 407\n`,
    );
    expect({ code, tunnels: proxy.tunnels.length }).toEqual({ code: 3, tunnels: 1 });
  });

  it('for a moment is asked again', async () => {
    await behindProxy({ answer: (before) => (before < 2 ? 503 : undefined) });

    const { code } = await command(['run', 'config']);

    expect(code).toBe(0);
    expect(proxy.tunnels.length).toBeGreaterThan(2);
  });

  it('because nobody listens at its address is told', async () => {
    await behindProxy();
    const address = await unusedAddress();

    const { code, stderr } = await command(['run', 'config'], { HTTPS_PROXY: address });

    expect(stderr).toMatch(
      new RegExp(
        `^error: Could not read the outputs of the stack SystemTest: .*Asked the proxy ${address} for a connection to cloudformation\\.${region}: connect ECONNREFUSED`,
      ),
    );
    expect(code).toBe(3);
  });

  it.each(['socks5://user:secret@proxy.example.com', 'http://user:secret@[', 'http://'])(
    'as it is none is refused, and what may be a password is not shown: %s',
    async (address) => {
      await behindProxy();

      const { code, stderr } = await command(['run', 'config'], { HTTPS_PROXY: address });

      expect(stderr).toBe(
        'error: Expected HTTPS_PROXY to be the URL of an HTTP proxy such as http://proxy.example.com:8080, got something else (not shown, as it may hold a password).\n',
      );
      expect(code).toBe(2);
    },
  );
});

/** The home of a person who ran `aws sso login`. */
function signedIn(): string {
  const home = mkdtempSync(join(tmpdir(), 'home-'));
  const cache = join(home, '.aws', 'sso', 'cache');
  mkdirSync(cache, { recursive: true });
  const start = 'https://work.awsapps.com/start';
  const lines = [
    '[profile work]',
    'sso_session = work',
    'sso_account_id = 123456789012',
    'sso_role_name = Tester',
    '[sso-session work]',
    `sso_start_url = ${start}`,
    'sso_region = us-east-1',
  ];
  writeFileSync(join(home, '.aws', 'config'), lines.join('\n'));
  const token = { startUrl: start, region: 'us-east-1', accessToken: 'token', expiresAt: '9999-12-31T00:00:00Z' };
  writeFileSync(join(cache, `${createHash('sha1').update('work').digest('hex')}.json`), JSON.stringify(token));
  return home;
}

async function unusedAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.1:${port}`;
}
