/** The first argument of the bootstrap where it is to be the guard of the sandboxes, not a sandbox. */
export const guardArgument = 'guard';

/**
 * One small process that outlives the service by a moment. A sandbox ends by itself when its channel to the service
 * closes, but not while its code blocks the event loop; the guard then kills it, even if the service died of SIGKILL.
 * Standard input: `+pid` and `-pid`, a line each, and its end when the service ends.
 */
export function guard(): void {
  const watched = new Set<number>();
  let rest = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const pid = Number(line.slice(1));
      if (line.startsWith('+')) watched.add(pid);
      else watched.delete(pid);
    }
  });
  process.stdin.on('close', () => {
    for (const pid of watched) killGroup(pid);
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
