#!/usr/bin/env node
/** The command's entry: the only module that touches the process. */
import { main } from './cli';
import { systemClock } from './clock';
import { exitCode } from './exitCode';

// The SDK's note that a coming release ends its support of this version of Node.js is for us, not for the user.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// Until the command has said otherwise there is no verdict: should the event loop run empty, that must not pass.
process.exitCode = exitCode.noVerdict;

const stop = new AbortController();
const leave = new AbortController();

/** The first signal stops in good order, the second leaves at once, a third meets no handler and kills. */
function interrupt(): void {
  if (!stop.signal.aborted) {
    stop.abort();
    return;
  }
  leave.abort();
  for (const signal of signals) {
    process.off(signal, interrupt);
  }
}
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
for (const signal of signals) {
  process.on(signal, interrupt);
}

// The reader has gone (`… | head`): what it doesn't read need not be written.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') {
      throw error;
    }
  });
}

void main(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
  stop: stop.signal,
  leave: leave.signal,
}).then((code) => {
  process.exitCode = code;
  // Signals during the way out end the process at once; a pending read of standard input must not hold it.
  process.stdin.destroy();
});
