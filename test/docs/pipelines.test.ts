import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FeedsPipelineStack } from '../examples/plainPipeline';
import { statementsOf, textOf } from '../lib/templates';

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
    expect(shown).toEqual(['plainPipeline.ts', 'cdkPipeline.ts', 'beforeTraffic.ts', 'onDeployment.ts'].map(example));
  });

  it('shows the same in Python, which is synthesized to the same templates', () => {
    const shown = [...text.matchAll(/```python\n([^]*?)```/g)].map(([, code]) => code);
    const files = ['plain_pipeline.py', 'cdk_pipeline.py', 'before_traffic.py', 'on_deployment.py'];
    expect(shown).toEqual(files.map((name) => example(join('python', name))));
  });

  it('gives the role in another account what the action of the same account has', () => {
    const pipeline = Template.fromStack(new FeedsPipelineStack(new App(), 'Pipeline'));
    const permitted = statementsOf(pipeline, 'PipelineDeploySystemTest').map((statement) => ({
      ...statement,
      Resource: textOf(statement.Resource)
        .replace('<AWS::Partition>', 'aws')
        .replace('<AWS::Region>:<AWS::AccountId>', 'eu-central-1:222222222222'),
    }));
    const [, printed] = /```json\n([^]*?)```/.exec(text)!;
    expect(JSON.parse(printed!)).toEqual({ Version: '2012-10-17', Statement: permitted });
  });

  it('links to files that exist', () => {
    const links = [...text.matchAll(/\]\((?!https:)([^)#]+)/g)].map(([, link]) => join(dirname(file), link!));
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });
});
