// Builds the construct library into dist/lib and the sleepy function into dist/lambda: what only the package needs.
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const dist = join(root, 'dist');
const shared = { absWorkingDir: root, bundle: true, platform: 'node', format: 'cjs' };

for (const folder of ['lib', 'lambda']) {
  rmSync(join(dist, folder), { recursive: true, force: true });
}
await Promise.all([
  build({
    ...shared,
    entryPoints: ['lib/index.ts'],
    outfile: join(dist, 'lib', 'index.js'),
    target: 'node20',
    packages: 'external',
  }),
  build({
    ...shared,
    entryPoints: ['lambda/sleepy.ts'],
    outfile: join(dist, 'lambda', 'sleepy', 'index.js'),
    target: 'node24',
  }),
]);

copyFileSync(join(root, 'lambda', 'sleepy.py'), join(dist, 'lambda', 'sleepy.py'));

// The ES module entry passes the CommonJS one on: an app that uses both has one class SystemTest, not two.
for (const extension of ['mjs', 'd.mts']) {
  writeFileSync(join(dist, 'lib', `index.${extension}`), "export * from './index.js';\n");
}

const typescript = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
execFileSync(process.execPath, [typescript, '--project', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
