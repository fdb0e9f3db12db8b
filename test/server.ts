/** Servers of others and of ours, each as a process of this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { systemClock } from '../scripts/io/clock';

export interface Server {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/**
 * Starts a server by the words of its command line, variables first, and waits until it answers at a port of this machine.
 * @throws an Error with what it said where it ends before
 */
export async function startServer(command: string, port: number, env = process.env): Promise<Server> {
  const child = spawn('env', command.trim().split(/\s+/), { env, stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => (said = (said + String(chunk)).slice(-10_000)));
  const ended = once(child, 'exit');
  process.once('exit', () => child.kill());
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(url).catch(() => undefined))) {
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}: ${said}`);
    await systemClock.sleep(50);
  }
  const stop = async () => {
    child.kill();
    await ended;
  };
  return { url, pid: child.pid!, stop };
}

/** MiniStack, an emulator of AWS that runs functions in processes of this machine. */
export async function startMiniStack(): Promise<Server> {
  const port = await freePort();
  return await startServer(`GATEWAY_PORT=${port} BIND_HOST=127.0.0.1 ministack`, port);
}

/** A port of this machine that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
