// Bundles the command into dist/, so that it starts fast and needs nothing else installed.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const outdir = join(root, 'dist');

rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { trigger: 'scripts/trigger.ts', bootstrap: 'scripts/local/lambda/bootstrap.ts' },
  outdir,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: 'linked',
  // The ES module builds of the SDK clients are smaller once bundled.
  mainFields: ['module', 'main'],
});

// The script and the styles that each HTML report carries in itself.
await build({
  absWorkingDir: root,
  entryPoints: [
    { in: 'scripts/report/html/page/main.ts', out: 'reportPage' },
    { in: 'scripts/report/html/page/styles/page.css', out: 'reportPage' },
  ],
  outdir,
  bundle: true,
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
  charset: 'utf8',
  minify: true,
});
