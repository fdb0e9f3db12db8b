import { spawn } from 'node:child_process';
import type { Ended } from '../scripts/command';

/** Runs what a page of the documentation says, by bash. */
export function shell(script: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  const child = spawn('bash', ['-c', script], { env });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => (text[name] += chunk.toString()));
  }
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...text })));
}
