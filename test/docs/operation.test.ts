import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
const docs = join(root, 'docs');
const textOf = (name: string) => readFileSync(join(docs, name), 'utf8');

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(name: string): string[] {
  return [...textOf(name).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe.each(['operation.md', 'runbook.md', 'security.md', 'sources.md'])('docs/%s', (name) => {
  it('links to pages and headings that exist', () => {
    const links = [...textOf(name).matchAll(/\]\((?!https:)([^)]*)\)/g)].map(([, link]) => link!.split('#'));
    const broken = links.filter(
      ([page, anchor]) =>
        !existsSync(join(docs, page!)) || (anchor !== undefined && !anchorsOf(page! || name).includes(anchor)),
    );
    expect(broken).toEqual([]);
  });
});

describe.each([
  ['operation.md', 'ts', 'operation.ts'],
  ['operation.md', 'python', 'python/operation.py'],
  ['scale.md', 'ts', 'tenantsInS3.ts'],
  ['scale.md', 'python', 'python/tenants_in_s3.py'],
  ['sources.md', 'ts', 'listedFeeds.ts'],
  ['sources.md', 'python', 'python/listed_feeds.py'],
])('docs/%s', (name, language, file) => {
  it(`shows the example in ${language} that is synthesized`, () => {
    const [, shown] = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(textOf(name))!;
    const example = readFileSync(join(root, 'test', 'examples', file), 'utf8');
    expect(shown).toBe(example.replace("'../../lib'", "'lambda-system-test'"));
  });
});

describe('docs/security.md', () => {
  it('names sources and tests that exist', () => {
    const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' });
    const named = [...textOf('security.md').matchAll(/`([\w./]+\.ts|scripts\/\w+\/)`/g)].map(([, file]) => file!);
    const missing = named.filter(
      (file) => !existsSync(join(root, file)) && !tests.some((path) => path.endsWith(`/${file}`)),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });
});
