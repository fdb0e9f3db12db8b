import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(__dirname, '..', '..');
const file = join(root, 'docs', 'pipelines.md');
const text = readFileSync(file, 'utf8');

/** An example as who has installed the package writes it. */
function example(name: string): string {
  return readFileSync(join(root, 'test', 'examples', name), 'utf8').replace("'../../lib'", "'lambda-system-test'");
}

describe('docs/pipelines.md', () => {
  it('shows the examples that are compiled and synthesized', () => {
    const shown = [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code);
    expect(shown).toEqual(['plainPipeline.ts', 'cdkPipeline.ts', 'beforeTraffic.ts'].map(example));
  });

  it('links to files that exist', () => {
    const links = [...text.matchAll(/\]\((?!https:)([^)#]+)/g)].map(([, link]) => join(dirname(file), link!));
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });
});
