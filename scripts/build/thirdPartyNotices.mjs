// The licences of what a bundle holds: MIT and its like ask that their text goes with every copy.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text of the notices for the input files of esbuild's metafiles, relative to `root`. Throws where a licence is missing. */
export function thirdPartyNotices(root, inputs) {
  const folders = [...new Set(inputs.filter((input) => input.includes('node_modules/')).map(packageFolder))].sort();
  const packagesByLicence = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const text = licenceText(join(root, folder)) ?? license;
    if (!text) {
      throw new Error(`Expected ${name} ${version} to state its licence.`);
    }
    packagesByLicence.set(text, (packagesByLicence.get(text) ?? new Set()).add(`${name} ${version} (${license})`));
  }
  const notices = [...packagesByLicence].map(([text, packages]) => `${[...packages].join('\n')}\n\n${text}\n`);
  return ['The bundled command contains these packages.\n', ...notices].join(`\n${'-'.repeat(80)}\n\n`);
}

function packageFolder(input) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)[0];
}

function licenceText(folder) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.|$)/i.test(name));
  return file ? readFileSync(join(folder, file), 'utf8').trim() : undefined;
}
