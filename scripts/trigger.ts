#!/usr/bin/env node
/** The command's entry: the only module that touches the process. */
import { main } from './cli';
import { systemClock } from './io/clock';
import { exitCode, type ExitCode } from './exitCode';

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

/** What the command came to; undefined while it runs. */
let ended: ExitCode | undefined;
/** Whether a result could not be written where it was asked for. */
let lost = false;

function setExitCode(): void {
  if (ended !== undefined) {
    process.exitCode = lost && ended === exitCode.passed ? exitCode.noVerdict : ended;
  }
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader has gone (`… | head`): what it doesn't read need not be written.
  if (error.code === 'EPIPE' || error.code === 'EIO' || lost) return;
  lost = true;
  process.stderr.write(`error: Could not write to standard output: ${error.message}\n`);
  setExitCode();
});
// There is nowhere to say so, and the test goes on without it.
process.stderr.on('error', () => undefined);

// Node.js would end with 1, which means that a configuration failed.
process.on('uncaughtException', (error) => {
  process.stderr.write(`error: Unexpected, please report it: ${error.stack ?? error.message}\n`);
  process.exit(exitCode.noVerdict);
});

void main(process.argv.slice(2), {
  env: process.env,
  cwd: () => process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
  stop: stop.signal,
  leave: leave.signal,
}).then((code) => {
  ended = code;
  setExitCode();
  // Signals during the way out end the process at once; a pending read of standard input must not hold it.
  process.stdin.destroy();
});
