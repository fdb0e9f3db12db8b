/** What Construct Hub takes from the package and shows: https://github.com/cdklabs/construct-hub/tree/main/docs */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnv } from '../scripts/command';
import { installPackage, type InstalledPackage } from './installedPackage';

/** As much of `.jsii` as is looked at: https://github.com/aws/jsii/blob/main/packages/%40jsii/spec/src/assembly.ts */
interface Documented {
  name: string;
  docs?: { summary?: string; default?: string };
}
interface Value extends Documented {
  optional?: boolean;
  type?: { fqn?: string };
}
interface Callable extends Documented {
  parameters?: Value[];
  returns?: Value;
  static?: boolean;
  protected?: boolean;
  overrides?: string;
}
interface Type extends Documented {
  kind: 'class' | 'enum' | 'interface';
  datatype?: boolean;
  initializer?: Callable;
  members?: Documented[];
  properties?: Value[];
  methods?: Callable[];
}
interface Assembly {
  name: string;
  version: string;
  license: string;
  dependencies: Record<string, string>;
  types: Record<string, Type>;
}

let installed: InstalledPackage;
let library: string;
let assembly: Assembly;
let types: Type[];

beforeAll(() => {
  installed = installPackage();
  library = join(installed.directory, 'node_modules', 'lambda-system-test');
  assembly = JSON.parse(readFileSync(join(library, '.jsii'), 'utf8')) as Assembly;
  types = Object.values(assembly.types);
});
afterAll(() => installed.remove());

const methodsOf = ({ methods = [] }: Type) => methods;
const callablesOf = (type: Type) => [...(type.initializer ? [type.initializer] : []), ...methodsOf(type)];
const membersOf = (type: Type): Callable[] => [...(type.members ?? []), ...(type.properties ?? []), ...methodsOf(type)];
const fqnOf = (value?: Value) => value?.type?.fqn ?? '';
const shown = ({ parameters = [] }: Callable) =>
  parameters.map(({ name, optional, ...value }) => `${name}${optional ? '?' : ''}: ${fqnOf({ name, ...value })}`);
const isGrantee = 'grantee: aws-cdk-lib.aws_iam.IGrantable';
const abbreviated = /^(arr|attrs|cfg|conf|ctx|desc|err|fn|func|msg|num|opts|params?|str|val)$/;
const wordsOf = (name: string) => name.split(/(?=[A-Z])|_/).map((word) => word.toLowerCase());

/** Each returns what is wrong about a type. */
const rules: Record<string, (type: Type) => string[]> = {
  'say in a sentence what it is': (type) =>
    [type, ...membersOf(type)].filter(({ docs }) => !docs?.summary).map(({ name }) => name),
  'say what is taken where an optional property is missing': ({ datatype, properties = [] }) =>
    properties.filter(({ optional, docs }) => datatype && optional && !docs?.default).map(({ name }) => name),
  'keep to themselves what is ours alone': (type) =>
    membersOf(type)
      .filter((member) => member.name.startsWith('_') || (member.protected && !member.overrides))
      .map(({ name }) => name),
  'name parameters, in whole words': (type) =>
    [...callablesOf(type).flatMap(({ parameters = [] }) => parameters), ...membersOf(type)]
      .map(({ name }) => name)
      .filter((name) => !/^[A-Za-z]\w*$/.test(name) || wordsOf(name).some((word) => abbreviated.test(word))),
  // What follows is of https://github.com/aws/aws-cdk/blob/main/docs/DESIGN_GUIDELINES.md.
  'name interfaces by what they are for': ({ kind, datatype, name }) =>
    kind !== 'interface' || (datatype ? /(Props|Options|Attributes)$/ : /^I[A-Z]/).test(name) ? [] : [name],
  'are made of scope, id and props of their own name': ({ name, initializer }) => {
    const given = initializer?.parameters?.map((one) => one.name) ?? [];
    const props = fqnOf(initializer?.parameters?.at(-1));
    const isUsual = [['scope', 'id', 'props'], ['id', 'props'], ['props']].some(
      (usual) => usual.join() === given.join(),
    );
    return given.length === 0 || (isUsual && props === `lambda-system-test.${name}Props`) ? [] : [name];
  },
  'are imported by scope, id and what is known, as the interface': (type) =>
    methodsOf(type)
      .filter(({ name }) => name.startsWith('from'))
      .filter(
        (one) =>
          !one.static ||
          shown(one)[0] !== 'scope: constructs.Construct' ||
          fqnOf(one.returns) !== `lambda-system-test.I${type.name}`,
      )
      .map(({ name }) => name),
  'grant to a grantee, and return the grant': (type) =>
    methodsOf(type)
      .filter(({ name }) => name.startsWith('grant'))
      .filter(
        (one) =>
          shown(one).join() !== isGrantee ||
          one.returns?.optional ||
          fqnOf(one.returns) !== 'aws-cdk-lib.aws_iam.Grant',
      )
      .map(({ name }) => name),
  'take options for metrics': (type) =>
    methodsOf(type)
      .filter(({ name }) => name.startsWith('metric'))
      .filter((one) => !/^options\?: aws-cdk-lib.aws_cloudwatch.\w+Options$/.test(shown(one).at(-1)!))
      .map(({ name }) => name),
};

describe('Construct Hub', () => {
  it('lists the package: its licence, keywords and description for jsii are as it wants them', () => {
    const manifest = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')) as Assembly & {
      keywords: string[];
    };
    // https://aws.amazon.com/blogs/opensource/best-practices-for-discoverability-of-a-construct-library-on-construct-hub/
    expect(manifest.keywords).toEqual(expect.arrayContaining(['aws-cdk', 'awscdk', 'cdk']));
    expect(manifest.license).toBe('MIT');
    expect(installed.files).toEqual(expect.arrayContaining(['.jsii', 'LICENSE', 'README.md']));
    const { name, version, license } = manifest;
    expect(assembly).toMatchObject({ name, version, license });
    // By this it is one for the CDK of major version 2.
    expect(assembly.dependencies).toMatchObject({ 'aws-cdk-lib': expect.stringMatching(/^\^2\./) as string });
  });

  it.each(Object.keys(rules))('shows public types that %s', (rule) => {
    const wrong = types.flatMap((type) => rules[rule]!(type).map((name) => `${type.name}: ${name}`));
    expect(types.length).toBeGreaterThan(20);
    expect(wrong).toEqual([]);
  });

  it('shows an example of each construct and in the README, which compiles, so that it can translate it', () => {
    const rosetta = join(__dirname, '..', '..', 'node_modules', 'jsii-rosetta', 'bin', 'jsii-rosetta');
    const { stdout, stderr } = spawnSync(process.execPath, [rosetta, 'extract', '--strict', library], {
      cwd: installed.directory,
      encoding: 'utf8',
      env: {
        ...cleanEnv,
        JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
        JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION: '1',
      },
    });
    const mistakes = (stdout + stderr).split('\n').filter((line) => /^lambda-system-test\S+\.ts\b/.test(line));
    // What a list that may hold both is made of, jsii-rosetta can't tell, even where it holds one kind only.
    const isUnion = /: Type unions are not supported in examples, got: string \| Configuration$/;
    expect(mistakes.filter((line) => !isUnion.test(line))).toEqual([]);
    const { snippets } = JSON.parse(readFileSync(join(library, '.jsii.tabl.json'), 'utf8')) as {
      snippets: Record<string, { location: { api: { fqn?: string } } }>;
    };
    const withExample = Object.values(snippets).map(({ location }) => location.api.fqn);
    expect(withExample).toEqual(
      expect.arrayContaining(
        [
          'ConfigurationSource',
          'SystemTest',
          'SystemTestAction',
          'SystemTestActionStep',
          'SystemTestDashboard',
          'SystemTestHook',
          'SystemTestNotification',
          'SystemTestOnDeployment',
          'SystemTestQueries',
          'SystemTestStep',
        ].map((name) => `lambda-system-test.${name}`),
      ),
    );
  });
});
