import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { engines } from '../../package.json';

const github = join(__dirname, '..', '..', '.github');
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

  it('runs what .ci/run does, from the oldest supported Node.js on', () => {
    expect(steps.at(-1)!.run).toBe('.ci/run');
    expect(`>=${Math.min(...strategy.matrix.node)}`).toBe(engines.node);
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
