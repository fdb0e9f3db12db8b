// Part of a release (`npm version`, see CONTRIBUTING.md). `--check` says whether there is anything to release; without it
// what is unreleased in CHANGELOG.md becomes the version of package.json, as of today.
import { readFileSync, writeFileSync } from 'node:fs';

const file = 'CHANGELOG.md';
const heading = '## [Unreleased]\n';
const text = readFileSync(file, 'utf8');
const start = text.indexOf(heading);
if (start < 0) {
  throw new Error(`Expected ${file} to have the heading ${heading.trim()}.`);
}
const changes = text.slice(start + heading.length).split(/^## /m)[0];
if (!/^- /m.test(changes)) {
  throw new Error(`Expected ${file} to say under ${heading.trim()} what has changed.`);
}
if (process.argv[2] !== '--check') {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const released = `## [${version}] - ${new Date().toISOString().slice(0, 10)}\n`;
  writeFileSync(file, text.replace(heading, `${heading}\n${released}`));
}
