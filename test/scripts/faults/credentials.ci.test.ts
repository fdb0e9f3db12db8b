import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../scripts/io/clock';
import type { Fault, FaultOf } from '../../proxy';
import { awsEnv, inProcess } from '../command';
import { FakeClock } from '../fakeClock';
import { deploy, outcomes, run, useCredentials, type DeployedTest } from './faultyLine';

const expired: Fault = {
  answer: 400,
  type: 'ExpiredTokenException',
  message: 'The security token included in the request is expired',
};

let deployed: DeployedTest;
let directory: string;
beforeAll(async () => {
  deployed = await deploy();
  directory = mkdtempSync(join(tmpdir(), 'credentials-'));
});
afterAll(async () => {
  await deployed.close();
  rmSync(directory, { recursive: true });
});
afterEach(() => useCredentials(awsEnv));

/** The first token expires at the third poll; from the tenth poll on, the configuration may end. */
function expiringToken(token: string, heldIdentifier: string, onExpired: () => void = () => undefined): FaultOf {
  return ({ operation, index, headers }) => {
    if (operation !== 'GetExecutionHistory' || index < 2) return undefined;
    if (index > 10) deployed.release(heldIdentifier);
    if (headers['x-amz-security-token'] !== token) return undefined;
    onExpired();
    return expired;
  };
}

describe('credentials that expire in the middle', () => {
  test('are asked for anew where the build container hands them out', async () => {
    let handedOut = 0;
    const container = await serveCredentials(() => `token-${++handedOut}`);
    useCredentials({ AWS_REGION: 'us-east-1', AWS_CONTAINER_CREDENTIALS_FULL_URI: urlOf(container) });

    const { code, result } = await run(deployed, ['held-container'], {
      faultOf: expiringToken('token-2', 'held-container'),
    });

    expect({ code, outcomes: outcomes(result) }).toEqual({ code: 0, outcomes: [['held-container', 'PASSED']] });
    // One for CloudFormation, one for Step Functions, and one in the middle.
    expect(handedOut).toBe(3);
    container.close();
  });

  test('are read anew where a person has signed in again', async () => {
    const file = join(directory, 'credentials');
    const write = (token: string) =>
      writeFileSync(file, `[default]\naws_access_key_id=a\naws_secret_access_key=b\naws_session_token=${token}\n`);
    write('monday');
    useCredentials({ AWS_REGION: 'us-east-1', AWS_SHARED_CREDENTIALS_FILE: file });
    let refused = 0;

    const { code, result } = await run(deployed, ['held-person'], {
      faultOf: expiringToken('monday', 'held-person', () => ++refused === 5 && write('tuesday')),
    });

    expect({ code, outcomes: outcomes(result) }).toEqual({ code: 0, outcomes: [['held-person', 'PASSED']] });
    expect(refused).toBe(5);
  });

  test('and are not renewed end the run after two minutes, with what is known and how to go on', async () => {
    useCredentials({ ...awsEnv, AWS_SESSION_TOKEN: 'last' });
    const asked = ['held-for-good'];

    const { code, result, stderr } = await run(deployed, asked, { faultOf: expiringToken('last', 'nobody') });

    expect({ code, outcomes: outcomes(result) }).toEqual({ code: 3, outcomes: [['held-for-good', 'ERRORED']] });
    expect(stderr).toMatch(
      /error: Could not read the history of the execution: ExpiredTokenException: .*: sign in again\. The execution may still run; look it up with: system-test report arn:\S+ --follow\n$/,
    );

    // As it says.
    useCredentials(awsEnv);
    deployed.release('held-for-good');
    const args = ['report', result!.execution_arn, '--follow', '--endpoint-url', deployed.url];
    await expect(inProcess(args, { clock: new FakeClock() })).resolves.toMatchObject({ code: 0 });
  });
});

describe('a clock', () => {
  test.each([
    ['behind', 5],
    ['ahead', -5],
  ])('that is five hours %s is corrected by what the service says', async (_, hours) => {
    useCredentials({ ...awsEnv, AWS_MAX_ATTEMPTS: '3' });

    const { code, result } = await run(deployed, ['good', 'bad'], {
      faultOf: ({ operation }) => (operation === 'DescribeStacks' ? undefined : { serviceClock: hours * 3_600_000 }),
    });

    expect({ code, passed: result?.passed, failed: result?.failed }).toEqual({ code: 1, passed: 1, failed: 1 });
  });

  test('that is set back by an hour in the middle does not hold up the next poll', async () => {
    let offset = 0;
    const waits: number[] = [];
    const clock = {
      now: () => Date.now() + offset,
      sleep: (ms: number, signal?: AbortSignal) => {
        waits.push(ms);
        if (waits.length === 3) offset = -3_600_000;
        return systemClock.sleep(0, signal);
      },
    };

    const { code } = await run(deployed, ['held-clock'], {
      clock,
      faultOf: ({ operation, index }) => {
        if (operation === 'GetExecutionHistory' && index === 6) deployed.release('held-clock');
        return undefined;
      },
    });

    expect(code).toBe(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(5_000);
  });
});

/** The credentials of a container, valid for an hour as far as they say. */
async function serveCredentials(nextToken: () => string): Promise<Server> {
  const server = createServer((_, response) => {
    const Expiration = new Date(Date.now() + 3_600_000).toISOString();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ AccessKeyId: 'a', SecretAccessKey: 'b', Token: nextToken(), Expiration }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/credentials`;
}
