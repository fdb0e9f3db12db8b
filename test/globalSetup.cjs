const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

// The tests run what a user runs: the built command and the built Lambda sandbox.
module.exports = () => {
  execFileSync(process.execPath, [join(__dirname, '..', 'scripts', 'build.mjs')], { stdio: 'inherit' });
};
