/** Other implementations of JSONata than the local endpoint's, which have to come to the same as it does. AWS has one more. */
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describeWith } from '../../../scripts/local/clientFixture';
import { externalTool } from '../../../scripts/externalTool';
import { type Answer, type Evaluation, now, source } from './evaluateHere';

/** `describe`, the name, and what evaluates all expressions, each with the bounds of AWS as far as they are known. */
export const others: [jest.Describe, string, (evaluations: Evaluation[]) => Answer[]][] = [
  [
    describeWith('jsonata', 'python3', ['-c', 'import jsonata']) as jest.Describe,
    'jsonata-python',
    evaluatedBy('python3', [join(__dirname, 'evaluate.py')]),
  ],
  ...['0.9.9', '0.9.10'].map((version): (typeof others)[number] => {
    const jar = join(homedir(), `.m2/repository/com/dashjoin/jsonata/${version}/jsonata-${version}.jar`);
    const java = externalTool('java', 'JAVA', jar);
    return [
      java.describe,
      `jsonata-java ${version}`,
      evaluatedBy('java', ['-cp', jar, join(__dirname, 'Evaluate.java')]),
    ];
  }),
];

function evaluatedBy(program: string, args: string[]): (evaluations: Evaluation[]) => Answer[] {
  return (evaluations) => {
    const input = evaluations
      .map(({ expression, bindings }) => JSON.stringify({ expression: source(expression), bindings, now }) + '\n')
      .join('');
    const { stdout, stderr, error } = spawnSync(program, args, { input, encoding: 'utf8', maxBuffer: 2 ** 28 });
    if (error) throw error;
    const answers = stdout.split('\n').filter((line) => line !== '');
    if (answers.length !== evaluations.length) throw new Error(`${program}: ${stderr}`);
    return answers.map((line) => JSON.parse(line) as Answer);
  };
}
