import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { systemClock } from '../../../scripts/io/clock';
import type { CommandIo } from '../../../scripts/io/commandIo';
import { runLocal } from '../../../scripts/commands/local';
import { InterruptedError } from '../../../scripts/io/interruptedError';
import { listen } from '../../../scripts/local/http/listener';
import { inlineFunction, machine, newDirectory, removeDirectories, role, writeAssembly } from '../local/cloudAssembly';

afterAll(removeDirectories);

const app = writeAssembly({
  stacks: {
    Shop: {
      template: {
        Outputs: { Arn: { Description: 'System test state machine: Test', Value: { Ref: 'Machine' } } },
        Resources: {
          Role: role,
          Function: inlineFunction("exports.handler = async () => { console.log('hello'); };", {
            FunctionName: 'sell',
          }),
          Machine: machine({ StateMachineName: 'test' }),
        },
      },
    },
  },
});

interface Session {
  io: CommandIo;
  stop: AbortController;
  /** What was written on standard output, as soon as it ends the guide. */
  guide: Promise<string>;
  stderr: () => string;
}

function session(cwd = process.cwd()): Session {
  const stop = new AbortController();
  const written: string[] = [];
  let announce: (text: string) => void;
  const guide = new Promise<string>((resolve) => (announce = resolve));
  const stdout = new Writable({
    write: (chunk: Buffer, _, done) => {
      announce(chunk.toString());
      done();
    },
  });
  const stderr = new Writable({
    write: (chunk: Buffer, _, done) => {
      written.push(chunk.toString());
      done();
    },
  });
  const leave = new AbortController().signal;
  const io: CommandIo = {
    env: {},
    cwd: () => cwd,
    stdin: Readable.from([]),
    stdout,
    stderr,
    clock: systemClock,
    stop: stop.signal,
    leave,
  };
  return { io, stop, guide, stderr: () => written.join('') };
}

test('serves the app until it is interrupted, and says how to point a client at it', async () => {
  const { io, stop, guide, stderr } = session();
  const ended = runLocal({ app, port: 0 }, io);
  const text = await guide;
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? '';
  const machineArn = 'arn:aws:states:us-east-1:123456789012:stateMachine:test';
  expect(text.replaceAll(url, 'http://127.0.0.1:8123')).toMatchSnapshot();

  const client = new SFNClient({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const { stateMachines } = await client.send(new ListStateMachinesCommand({}));
  expect(stateMachines).toEqual([expect.objectContaining({ stateMachineArn: machineArn })]);
  client.destroy();

  stop.abort();
  expect(await ended).toBe(0);
  expect(stderr()).toBe('Stopping.\n');
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});

test('says what it can not serve, and by --stack refuses to start without it', async () => {
  const template = {
    Outputs: { Arn: { Description: 'System test state machine: Test', Value: { Ref: 'Machine' } } },
    Resources: {
      Role: role,
      Function: inlineFunction('', { FunctionName: 'report', Runtime: 'ruby3.4' }),
      Machine: machine({ StateMachineName: 'reports' }),
    },
  };
  const mixed = writeAssembly({
    stacks: { Reports: { template }, Odd: { template: { Resources: { Role: { ...role, Condition: 'Unknown' } } } } },
  });
  const { io, stop, guide } = session();
  const ended = runLocal({ app: mixed, port: 0 }, io);
  expect((await guide).split('\n\n').slice(0, 2).join('\n\n').replace(/:\d+,/, ':8123,')).toMatchSnapshot();
  expect(await guide).not.toContain('system-test run');
  stop.abort();
  await ended;

  await expect(runLocal({ app: mixed, stack: 'Reports', port: 0 }, session().io)).rejects.toThrow(
    'Stack Reports holds what the local endpoint can\'t serve: state machine "reports": it invokes the function report',
  );
});

test('serves the app of the working directory where none is named', async () => {
  const directory = newDirectory();
  writeFileSync(join(directory, 'cdk.json'), JSON.stringify({ app }));
  const { io, stop, guide } = session(directory);

  const ended = runLocal({ port: 0 }, io);

  expect(await guide).toContain('Function       sell');
  stop.abort();
  await ended;
});

test('shows what the functions log where it is asked to', async () => {
  const { io, stop, guide, stderr } = session();
  const ended = runLocal({ app, port: 0, verbose: true }, io);
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(await guide)?.[0] ?? '';
  await fetch(`${url}/2015-03-31/functions/sell/invocations`, { method: 'POST', body: '{}' });
  stop.abort();
  await ended;
  expect(stderr()).toMatch(/sell: START RequestId: [^]*\thello\n[^]*REPORT RequestId/);
});

test('takes port 8123 where none is given, and refuses it in one sentence where it is in use', async () => {
  const other = await listen(() => Promise.reject(new Error('nobody asks')), { port: 8123 }).catch(() => undefined);
  await expect(runLocal({ app }, session().io)).rejects.toThrow(
    'Port 8123 of 127.0.0.1 is in use by another program: choose another with --port, or 0 for any free one.',
  );
  await other?.close();
});

test('ends before it serves where it is interrupted', async () => {
  const { io, stop } = session();
  const ended = runLocal({ app: 'sleep 60', port: 0 }, io);
  stop.abort();
  await expect(ended).rejects.toThrow(InterruptedError);
});
