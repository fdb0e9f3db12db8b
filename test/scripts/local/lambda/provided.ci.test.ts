import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { provided, type Machine } from '../../../../scripts/local/lambda/runtimes/provided';
import { externalTool } from '../../externalTool';
import { cleanUp, deployed, serveLambda } from './lambdaFixture';
import { testBehaviours } from './runtimeBehaviours';

afterAll(cleanUp);

const runtime = 'provided.al2023';
const script = readFileSync(join(__dirname, '../../../fixtures/provided/bootstrap'), 'utf8');

describe('a function in a script', () => {
  testBehaviours({
    deployed: (overrides) => deployed({ bootstrap: script }, { runtime, ...overrides }),
    raised: 'Feeds.Bad',
    crashed: { errorType: 'Feeds.Fatal', errorMessage: 'Bäd' },
    raisedOnLoad: { errorType: 'Feeds.Bad', errorMessage: 'Bäd' },
  });
});

externalTool('curl').describe('a function in a shell script', () => {
  /** As in AWS's tutorial for custom runtimes. */
  const shell = `#!/bin/sh
    api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
    while :; do
      event=$(curl -sS -D headers "$api/next")
      id=$(sed -n 's/^lambda-runtime-aws-request-id: *\\([^[:space:]]*\\).*/\\1/p' headers)
      echo "got $event"
      curl -sS -o answer -d "{\\"got\\":$event,\\"handler\\":\\"$_HANDLER\\",\\"execution\\":\\"$AWS_EXECUTION_ENV\\"}" "$api/$id/response"
    done`;

  test('gets each event by a connection of its own, from its bundle or from a layer', async () => {
    const layered = deployed(
      {},
      { functionName: 'layered', runtime, layersDirectory: deployed({ bootstrap: shell }).codeDirectory },
    );
    const lambda = await serveLambda([deployed({ bootstrap: shell }, { runtime }), layered]);
    for (const event of [1, 2]) {
      const answer = await lambda.invoke(event);
      expect(answer).toMatchObject({
        functionError: undefined,
        payload: { got: event, handler: 'index.handler', execution: '' },
      });
      expect(answer.log).toContain(`got ${event}\n`);
    }
    expect((await lambda.invoke(3, { FunctionName: 'layered' })).payload).toMatchObject({ got: 3 });
    await lambda.close();
  });
});

describe('before anything is served', () => {
  const here: Machine = { platform: 'linux', arch: 'x64' };

  /** The start of a program for Linux (elf(5)). */
  function elf(machine: number, bits = 64): Buffer {
    const header = Buffer.alloc(64);
    header.write('\x7fELF', 'latin1');
    header.set([bits / 32, 1, 1], 4);
    header.writeUInt16LE(2, 16);
    header.writeUInt16LE(machine, 18);
    return header;
  }
  const [x86, arm] = [elf(62), elf(183)];

  function check(bootstrap: string | Buffer | undefined, architecture: string, machine = here, mode = 0o755) {
    const made = deployed(bootstrap === undefined ? { 'main.go': '' } : { bootstrap }, {
      runtime,
      architectures: [architecture],
    });
    if (bootstrap !== undefined) chmodSync(join(made.codeDirectory, 'bootstrap'), mode);
    return provided({ cwd: '/', env: { PATH: process.env.PATH } }, machine).check(made);
  }

  test.each<[string, string | Buffer, string, Machine]>([
    ['a program for this machine', x86, 'x86_64', here],
    ['a program for another machine like this', arm, 'arm64', { platform: 'linux', arch: 'arm64' }],
    ['a script', '#!/bin/sh -e\n', 'arm64', here],
    ['a script on macOS', '#!/bin/sh\n', 'x86_64', { platform: 'darwin', arch: 'arm64' }],
    ['a script whose program is looked for', '#!/usr/bin/env -S NODE_ENV=test node --no-warnings\n', 'arm64', here],
  ])('%s is fine', async (_name, bootstrap, architecture, machine) => {
    await expect(check(bootstrap, architecture, machine)).resolves.toBeUndefined();
  });

  test.each<[string, string | Buffer | undefined, string, string, (Partial<Machine> & { mode?: number })?]>([
    ['no bootstrap', undefined, 'arm64', 'its bundle has no program bootstrap, which provided.al2023 starts (on AWS: '],
    [
      'one that is not executable',
      x86,
      'x86_64',
      'is not executable (on AWS: Runtime.InvalidEntrypoint): chmod +x it',
      { mode: 0o644 },
    ],
    [
      'one for another architecture than its function',
      x86,
      'arm64',
      'is built for x86_64, but the function is for arm64 (on AWS: exec format error)',
    ],
    [
      'one for another machine',
      arm,
      'arm64',
      'is built for arm64, but this machine is x86_64: build it for x86_64 for this test, or test it on AWS',
    ],
    ['one for 32 bits', elf(3, 32), 'x86_64', 'is built for another architecture, but the function is for x86_64'],
    [
      'one for Linux on macOS',
      arm,
      'arm64',
      'is built for Linux, which is not what this machine runs: test it on AWS',
      { platform: 'darwin', arch: 'arm64' },
    ],
    [
      'one for macOS',
      Buffer.from('cffaedfe0c000001', 'hex'),
      'arm64',
      'is a program for macOS: build it for Linux on arm64',
    ],
    ['one for Windows', 'MZ\0\0', 'x86_64', 'is a program for Windows: build it for Linux on x86_64'],
    ['a text', 'echo hello\n', 'x86_64', 'is neither a program for Linux nor a script, which starts with #!'],
    ['nothing in it', '', 'x86_64', 'is neither a program for Linux nor a script, which starts with #!'],
    [
      'a script without its interpreter',
      '#!/opt/nowhere/ruby\n',
      'arm64',
      'needs "/opt/nowhere/ruby", which is not here: install it, or test it on AWS',
    ],
    [
      'a script without its program',
      '#!/usr/bin/env no-such-program -x\n',
      'arm64',
      'needs "no-such-program", which is not here',
    ],
    [
      'a script of Windows',
      '#!/bin/sh\r\n',
      'arm64',
      String.raw`has lines that end with CR LF, so that its first line names "/bin/sh\r": end them with LF`,
    ],
  ])('%s is refused by name', async (_name, bootstrap, architecture, message, { mode, ...machine } = {}) => {
    const error: unknown = await check(bootstrap, architecture, { ...here, ...machine }, mode).catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'UserError' });
    expect((error as Error).message).toContain(message);
  });
});
