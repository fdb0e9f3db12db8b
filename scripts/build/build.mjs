// Bundles the command into dist/, so that it starts fast and needs nothing else installed.
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { thirdPartyNotices } from './thirdPartyNotices.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const outdir = join(root, 'dist');
const shared = { absWorkingDir: root, outdir, bundle: true, metafile: true };

// What few runs need is a file of its own, so that Node.js does not read it at each start.
const apart = {
  name: 'apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/clientS3$/ }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: './clientS3.js', external: true },
    ),
};

const outputs = await Promise.all([
  // The command, and what runs a function in a process of its own.
  build({
    ...shared,
    entryPoints: {
      trigger: 'scripts/trigger.ts',
      clientS3: 'scripts/aws/clientS3.ts',
      bootstrap: 'scripts/local/lambda/nodejs/bootstrap.ts',
    },
    plugins: [apart],
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'linked',
    // The ES module builds of the SDK clients are smaller once bundled.
    mainFields: ['module', 'main'],
    // Node.js reads all of it at each start. Names stay, for traces.
    minifyWhitespace: true,
    minifySyntax: true,
  }),
  // The script and the styles that each HTML report carries in itself.
  build({
    ...shared,
    entryPoints: [
      { in: 'scripts/report/html/page/main.ts', out: 'reportPage' },
      { in: 'scripts/report/html/page/styles/page.css', out: 'reportPage' },
      { in: 'scripts/history/page/main.ts', out: 'historyPage' },
      { in: 'scripts/history/page/page.css', out: 'historyPage' },
    ],
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    charset: 'utf8',
    minify: true,
  }),
]);

// What runs in a sandbox of Python.
cpSync(join(root, 'scripts/local/lambda/python'), join(outdir, 'python'), {
  recursive: true,
  filter: (file) => basename(file) !== '__pycache__',
});

const notices = 'THIRD-PARTY-NOTICES.txt';
const inputs = outputs.flatMap(({ metafile }) => Object.values(metafile.outputs).flatMap(contents));
writeFileSync(join(outdir, notices), thirdPartyNotices(root, inputs));

// Only what is left from an earlier build is removed: a running command still reads what it needs. The folders are the
// library's.
const built = new Set(outputs.flatMap(({ metafile }) => Object.keys(metafile.outputs)).map((file) => basename(file)));
for (const file of readdirSync(outdir, { withFileTypes: true })) {
  if (file.isFile() && file.name !== notices && !built.has(file.name)) {
    rmSync(join(outdir, file.name));
  }
}

/** The files that something of came into an output. */
function contents({ inputs }) {
  return Object.keys(inputs).filter((file) => inputs[file].bytesInOutput > 0);
}
