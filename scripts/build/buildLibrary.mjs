// Builds the construct library into dist/lib, its description for jsii into .jsii and the sleepy function into dist/lambda:
// what only the package needs.
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const dist = join(root, 'dist');
const quiet = {
  JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
  JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
};

for (const folder of ['lib', 'lambda']) {
  rmSync(join(dist, folder), { recursive: true, force: true });
}
await build({
  absWorkingDir: root,
  entryPoints: ['lambda/sleepy.ts'],
  outfile: join(dist, 'lambda', 'sleepy', 'index.js'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
});
copyFileSync(join(root, 'lambda', 'sleepy.py'), join(dist, 'lambda', 'sleepy.py'));

// It would have the peers at their lowest versions here (JSII6), and a Node.js that it knows and that is maintained.
execFileSync(process.execPath, [createRequire(import.meta.url).resolve('jsii/bin/jsii'), '--silence-warnings=JSII6'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ...quiet },
});
