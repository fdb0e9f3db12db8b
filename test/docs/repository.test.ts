import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { detailBytes, maxConfigurations } from '../../lib/stateMachine/executionBudget';
import { engines, scripts } from '../../package.json';

const github = join(__dirname, '..', '..', '.github');
const readme = readFileSync(join(github, '..', 'README.md'), 'utf8');
const contributing = readFileSync(join(github, '..', 'CONTRIBUTING.md'), 'utf8');
const yaml = (...path: string[]) => parse(readFileSync(join(github, ...path), 'utf8')) as unknown;

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { strategy: { matrix: { node: number[] } }; steps: { uses?: string; run?: string }[] }>;
}

interface IssueForm {
  name?: string;
  description?: string;
  body?: { type: string; id?: string; attributes: { label?: string; value?: string } }[];
}

describe('the workflow', () => {
  const workflow = yaml('workflows', 'ci.yml') as Workflow;
  const { strategy, steps } = workflow.jobs.test!;

  it('runs what .ci/run does, on the oldest and the newest supported Node.js', () => {
    expect(steps.at(-1)!.run).toBe('.ci/run');
    const [oldest, newest] = strategy.matrix.node;
    expect(`>=${oldest}`).toBe(engines.node);
    for (const text of [readme, contributing]) {
      expect(text).toContain(`You need Node.js ${oldest} to ${newest} and npm.`);
    }
  });

  it('may only read, and takes each action in a known major version', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    const actions = steps.flatMap(({ uses }) => uses ?? []);
    expect(actions.filter((action) => !/^actions\/[\w-]+@v\d+$/.test(action))).toEqual([]);
  });
});

describe.each(readdirSync(join(github, 'ISSUE_TEMPLATE')).filter((name) => name !== 'config.yml'))(
  'the issue form %s',
  (name) => {
    it('is one that GitHub shows', () => {
      const form = yaml('ISSUE_TEMPLATE', name) as IssueForm;
      expect(form.name && form.description).toBeTruthy();
      const fields = form.body!.filter(({ type }) => type !== 'markdown');
      expect(fields.filter(({ attributes }) => !attributes.label)).toEqual([]);
      const ids = fields.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    });
  },
);

const root = join(__dirname, '..', '..');
const numberOf = (text: string) => Number(text.replace(',', ''));
const architecture = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');

describe('CONTRIBUTING.md and docs/architecture.md', () => {
  it.each([
    ['.', contributing],
    ['docs', architecture],
  ])('link to files that exist (from %s)', (folder, text) => {
    const links = [...text.matchAll(/\]\((?!https:)([^)#]+)/g)].map(([, link]) => join(root, folder, link!));
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });

  it('name folders and npm scripts that exist', () => {
    // `coverage/` is what the tests write.
    const folders = [...contributing.matchAll(/`((?!coverage\/)[a-z][\w/]*\/)`/gi)].map(([, folder]) => folder!);
    expect(folders.length).toBeGreaterThan(10);
    expect(folders.filter((folder) => !existsSync(join(root, folder)))).toEqual([]);
    const commands = [...contributing.matchAll(/npm run ([\w:]+)/g)].map(([, command]) => command!);
    expect(commands.filter((command) => !(command in scripts))).toEqual([]);
  });

  it('calculate what fits in one execution as the construct does', () => {
    const [retries, configurations, listed] = ['retryAttempts', 'configurations', 'of a lister'].map((row) =>
      new RegExp(`^\\| \`?${row}\`? \\|(.*)\\|$`, 'm').exec(architecture)![1]!.split('|').map(Number),
    );
    expect(retries!.map((attempts) => maxConfigurations(attempts))).toEqual(configurations);
    expect(retries!.map((attempts) => maxConfigurations(attempts, 50))).toEqual(listed);
    const sources = readFileSync(join(github, '..', 'docs', 'sources.md'), 'utf8');
    const [one, fifty, hundred] = [1, 50, 100].map((pages) => maxConfigurations(5, pages));
    expect(sources).toContain(`${one} after one page, ${fifty} after 50, and ${hundred} after 100.`);
    const shares = [...architecture.matchAll(/([\d,]+)(?: bytes)? each for/g)].map(([, bytes]) => numberOf(bytes!));
    const shareOf = (total: number) => detailBytes(Array.from({ length: total }, (_, index) => `config_${index}`));
    expect(shares).toEqual([40, 998].map(shareOf));
  });
});

test('docs/emulators.md names the versions that CI installs', () => {
  const pinned = ['requirements.txt', 'ministack-requirements.txt']
    .map((file) => readFileSync(join(root, '.ci', file), 'utf8'))
    .join('');
  const [moto, miniStack] = ['moto', 'ministack'].map(
    (name) => new RegExp(`^${name}\\S*==(.*)$`, 'm').exec(pinned)![1],
  );
  const page = readFileSync(join(root, 'docs', 'emulators.md'), 'utf8');
  expect(page).toContain(`moto ${moto} and MiniStack ${miniStack},`);
});
