import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { foreignModulesNote } from '../../../../scripts/local/lambda/runtimes/compiledModules';
import { Runtimes } from '../../../../scripts/local/lambda/runtimes/runtimes';
import { cleanUp, deployed, surroundings } from './lambdaFixture';

afterAll(cleanUp);

/** The header of a compiled module (elf(5)) for x86_64 or arm64. */
const elf = (machine: 0x3e | 0xb7) =>
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, ...Array<number>(9).fill(0), 3, 0, machine, 0]);

/** A function for arm64 with these files. */
function bundle(files: Record<string, Buffer>) {
  const one = deployed({ 'index.js': 'exports.handler = async () => 1' }, { architectures: ['arm64'] });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(one.codeDirectory, name), content);
  return one;
}

test.each<[string, Record<string, Buffer>, string | undefined]>([
  ['another architecture', { 'fast.so': elf(0x3e) }, 'fast.so is for x86_64'],
  ['another architecture, by its version', { 'libfast.so.1.2': elf(0x3e) }, 'libfast.so.1.2 is for x86_64'],
  ['its own architecture', { 'fast.node': elf(0xb7) }, undefined],
  ['several, of which one is its own', { 'a.node': elf(0x3e), 'b.node': elf(0xb7) }, undefined],
  ['another system', { 'fast.node': Buffer.from('cffaedfe', 'hex') }, undefined],
  ['nothing', {}, undefined],
])('a bundle compiled for %s', async (_name, files, said) => {
  const note = said && `The function reports is for arm64, but ${said}: on AWS it could not be loaded.`;
  expect(await foreignModulesNote(bundle(files))).toBe(note);
});

test('a bundle whose links lead round in a circle is looked through once', async () => {
  const one = bundle({ 'fast.so': elf(0x3e) });
  for (const name of ['up', 'self']) symlinkSync('.', join(one.codeDirectory, name));
  expect(await foreignModulesNote(one)).toContain('fast.so is for x86_64');
});

test('is said before anything is served', async () => {
  const notes: string[] = [];
  await new Runtimes({ ...surroundings, note: (line) => notes.push(line) }).check(bundle({ 'fast.so': elf(0x3e) }));
  expect(notes).toEqual([expect.stringContaining('could not be loaded')]);
});
