// Runs the function that judges an assertion in the account, with the event on standard input; for assertions.ci.test.ts. Its
// answer to CloudFormation is printed instead of sent.
const https = require('node:https');
const { Writable } = require('node:stream');

https.request = (options, onResponse) => {
  let answer = '';
  return new Writable({
    write: (chunk, encoding, done) => {
      answer += chunk;
      done();
    },
    final: (done) => {
      process.stdout.write(answer);
      onResponse({ statusCode: 200, resume: () => undefined, on: () => undefined });
      done();
    },
  });
};

let input = '';
process.stdin.on('data', (chunk) => (input += chunk));
process.stdin.on('end', () => {
  // Its log belongs elsewhere than its answer.
  const log = globalThis.console;
  log.log = log.info = log.error;
  require(process.argv[2])
    .isComplete(JSON.parse(input), { logStreamName: 'local', getRemainingTimeInMillis: () => 30_000 })
    .catch((error) => {
      process.stdout.write(String(error.message));
      process.exitCode = 1;
    });
});
