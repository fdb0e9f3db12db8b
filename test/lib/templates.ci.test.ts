import validateAsl from 'asl-validator';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { externalTool } from '../scripts/externalTool';
import { templateOf, variants } from './templateVariants';
import { textOf } from './templates';

// It comes with the other Python tools.
const cfnLint = externalTool('cfn-lint', 'PYTHON');

/** The definitions of the state machines in a template, parsed. */
function definitionsOf(variant: string): unknown[] {
  const machines = Object.values(templateOf(variant).findResources('AWS::StepFunctions::StateMachine')) as {
    Properties: { DefinitionString: unknown };
  }[];
  return machines.map(({ Properties }): unknown =>
    JSON.parse(
      textOf(Properties.DefinitionString)
        .replaceAll('<AWS::Partition>', 'aws')
        // The validator's pattern for an expression doesn't expect line breaks; Step Functions does.
        .replaceAll(/(?<!\\)\\n/g, ' '),
    ),
  );
}

describe('Every template', () => {
  it.each(variants)('holds only valid state machines: %s', (variant) => {
    for (const definition of definitionsOf(variant)) {
      expect(validateAsl(definition)).toMatchObject({ isValid: true, errors: [] });
    }
  });

  it('holds state machines, but for the pipelines', () => {
    expect(variants.filter((variant) => definitionsOf(variant).length === 0)).toEqual([
      'a plain pipeline',
      "this repository's pipeline",
    ]);
  });
});

describe('A template', () => {
  // In these, an ARN is given.
  const given = ['a function of another account', 'a permissions boundary', "this repository's pipeline"];

  it.each(variants.filter((variant) => !given.includes(variant)))('fits into any partition: %s', (variant) => {
    expect(JSON.stringify(templateOf(variant).toJSON())).not.toContain('arn:aws');
  });

  it.each(['operation in GovCloud', 'operation in China'])(
    'links to no console of another partition: %s',
    (variant) => {
      expect(JSON.stringify(templateOf(variant).toJSON())).not.toContain('console.aws.amazon.com');
    },
  );
});

cfnLint.describe('cfn-lint', () => {
  it('has nothing to say about any template', () => {
    const directory = mkdtempSync(join(tmpdir(), 'templates-'));
    try {
      const files = variants.map((variant) => {
        const file = join(directory, `${variant.replace(/\W+/g, '-')}.template.json`);
        writeFileSync(file, JSON.stringify(templateOf(variant).toJSON()));
        return file;
      });
      // W3005: the CDK writes dependencies that CloudFormation would find by itself.
      // E3703: in the actions of a pipeline that the CDK writes, it would have Fn::Sub in the place of Fn::Join.
      expect(cfnLint.run(['--ignore-checks', 'W3005', 'E3703', '--', ...files], '')).toBe('');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
