const { execFileSync } = require('node:child_process');
const { mkdtempSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

// The tests run what a user runs: the built command and the built Lambda sandbox.
module.exports = () => {
  // All that the tests, the CDK and the tools that they start leave behind goes with this folder: see globalTeardown.cjs.
  process.env.TMPDIR = mkdtempSync(join(tmpdir(), 'tests-'));
  // The SDK's note on Node.js versions is nothing for whoever reads the tests.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  // The CDK's check of every template against CloudFormation's schemas takes seconds a test. cfn-lint does the same once
  // (test/lib/templates.ci.test.ts).
  process.env.CDK_VALIDATION = 'false';
  execFileSync(process.execPath, [join(__dirname, '..', 'scripts', 'build', 'build.mjs')], { stdio: 'inherit' });
};
