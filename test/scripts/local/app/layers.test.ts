import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../../lib/wire';
import { EnvFile } from '../../../../scripts/local/app/envFile';
import {
  inlineFunction,
  load,
  machine,
  newDirectory,
  removeDirectories,
  role,
  systemTestOutput,
  type AssemblySource,
} from '../cloudAssembly';
import { cleanUp, serveLambda } from '../lambda/lambdaFixture';
import { zip } from '../zip';

afterAll(async () => {
  await cleanUp();
  removeDirectories();
});

const code = 'exports.handler = async () => 1;';
const imported = 'arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension:55';

/** A layer from the asset with the object key `KEY.zip`. */
function layer(key: string, more: JsonObject = {}): JsonObject {
  return {
    Type: 'AWS::Lambda::LayerVersion',
    Properties: { Content: { S3Bucket: 'b', S3Key: `${key}.zip` }, ...more },
  };
}

/** A stack with the function `f`. */
function app(properties: JsonObject, more: JsonObject = {}, source: Partial<AssemblySource> = {}): AssemblySource {
  const Function = inlineFunction(code, { FunctionName: 'f', ...properties });
  const Resources = { Role: role, Function, Machine: machine(), ...more };
  return {
    ...source,
    stacks: { App: { template: { Resources, Outputs: { Arn: systemTestOutput } } }, ...source.stacks },
  };
}

const packageNamed = (name: string) => `nodejs/node_modules/${name}/index.js`;

/** Three layers, of which the last two have the same package. */
const files = {
  'asset.one/nodejs/node22/node_modules/one/index.js': 'module.exports = "one"',
  [`asset.two/${packageNamed('shared')}`]: 'module.exports = "two"',
  [`asset.two/${packageNamed('two')}`]: 'module.exports = "two"',
  'three.zip': zip([
    { name: packageNamed('shared'), text: 'module.exports = "three"' },
    { name: 'bin/tool', text: '#!/bin/sh\necho "tool of three"', executable: true },
  ]),
};
const assets = { 'one.zip': 'asset.one', 'two.zip': 'asset.two', 'three.zip': 'three.zip' };

test('a function gets the packages and programs of its layers, wherever in the app they are; later ones win', async () => {
  const ZipFile = `
    const loaded = ['one', 'two', 'shared'].map((name) => require(name));
    const { execFileSync } = require('node:child_process');
    const { env } = process;
    exports.handler = async () => [...loaded, execFileSync('tool').toString().trim(), env.LD_LIBRARY_PATH];`;
  const inner = { Resources: { Inner: layer('two') }, Outputs: { Arn: { Value: { Ref: 'Inner' } } } };
  const Nested = { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'https://s3/b/inner.json' } };
  const Layers: JsonObject[] = [
    { Ref: 'One' },
    { 'Fn::GetAtt': ['Nested', 'Outputs.Arn'] },
    { 'Fn::ImportValue': 'Three' },
  ];
  const shared = {
    Resources: { Three: layer('three') },
    Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Three', 'LayerVersionArn'] }, Export: { Name: 'Three' } } },
  };
  const { functions, notes } = await load(
    app(
      { Code: { ZipFile }, Layers },
      { One: layer('one'), Nested },
      {
        files: { ...files, 'inner.json': JSON.stringify(inner) },
        assets: { ...assets, 'inner.json': 'inner.json' },
        stacks: { Shared: { template: shared } },
      },
    ),
  );

  const lambda = await serveLambda(functions);

  expect(notes).toEqual([]);
  const { codeDirectory = '', layersDirectory = '' } = functions[0] ?? {};
  const libraries = [codeDirectory, join(codeDirectory, 'lib'), join(layersDirectory, 'lib')].join(':');
  expect(await lambda.invoke()).toMatchObject({ payload: ['one', 'two', 'three', 'tool of three', libraries] });
});

test('ES modules are imported from layers too', async () => {
  const { functions } = await load(
    app(
      { Code: { S3Bucket: 'b', S3Key: 'f.zip' }, Layers: [{ Ref: 'Two' }, { Ref: 'Module' }] },
      { Two: layer('two'), Module: layer('module') },
      {
        files: {
          ...files,
          'asset.f/index.mjs':
            'import two from "two"; import { three } from "three"; export const handler = async () => [two, three, await import("two/index.js")];',
          'asset.module/nodejs/node_modules/three/package.json': '{"type": "module", "exports": "./three.js"}',
          'asset.module/nodejs/node_modules/three/three.js': 'export const three = "three"',
        },
        assets: { ...assets, 'f.zip': 'asset.f', 'module.zip': 'asset.module' },
      },
    ),
  );

  const lambda = await serveLambda(functions);

  expect(await lambda.invoke()).toMatchObject({ payload: ['two', 'three', { default: 'two' }] });
});

test('functions share what is unpacked and merged, and a single directory is taken as it is', async () => {
  const Layers = [{ Ref: 'Two' }, { Ref: 'Three' }];
  const { functions } = await load(
    app(
      { Layers },
      {
        Two: layer('two', { LayerName: 'two' }),
        Three: layer('three'),
        Same: inlineFunction(code, { Layers }),
        Single: inlineFunction(code, { Layers: [{ Ref: 'Two' }] }),
      },
      { files, assets },
    ),
  );

  const [f, same, single] = functions;
  expect(same?.layersDirectory).toBe(f?.layersDirectory);
  expect(single).toMatchObject({
    layersDirectory: expect.stringMatching(/asset\.two$/),
    layers: [{ arn: expect.stringMatching(/^arn:aws:lambda:eu-west-1:123456789012:layer:two:\d+$/), codeSize: 44 }],
  });
});

test('stacks may name their layers alike', async () => {
  const stack = (key: string) => ({
    template: {
      Resources: {
        Layer: layer(key, { LayerName: 'deps' }),
        Function: inlineFunction(code, { Role: 'r', Layers: [{ Ref: 'Layer' }] }),
      },
    },
  });
  const { functions } = await load({ stacks: { One: stack('one'), Two: stack('two') }, files, assets });
  expect(functions.map(({ layersDirectory }) => layersDirectory)).toEqual([
    expect.stringMatching(/asset\.one$/),
    expect.stringMatching(/asset\.two$/),
  ]);
});

describe('what can not be had here', () => {
  const extended = { Extended: layer('extended') };
  const source = { files: { 'asset.extended/extensions/collector': '' }, assets: { 'extended.zip': 'asset.extended' } };

  test.each<[string, JsonObject, string]>([
    ['layers by ARN', { Layers: [imported, 'arn:x'] }, `the layer ${imported} and the layer arn:x`],
    ['an import', { Layers: [{ 'Fn::ImportValue': 'x' }] }, 'the layer {"Fn::ImportValue":"x"}'],
    [
      "a layer of its team's bucket",
      { Layers: [{ Ref: 'Own' }] },
      'the layer arn:aws:lambda:eu-west-1:123456789012:layer:own:',
    ],
    ['an extension', { Layers: [{ Ref: 'Extended' }] }, 'the extension collector'],
    [
      'the wrapper script of a layer',
      { Layers: ['arn:x'], Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/otel' } } },
      'the layer arn:x and the wrapper script /opt/otel',
    ],
  ])('(%s) is left out with one note, or refused with --strict-layers', async (_, properties, what) => {
    const stack = app(properties, { ...extended, Own: layer('unknown', { LayerName: 'own' }) }, source);

    const { functions, stateMachines, notes } = await load(stack);
    expect(stateMachines).toHaveLength(1);
    expect(functions).toHaveLength(1);
    expect(notes).toEqual([expect.stringContaining(`The function f runs without ${what}`)]);

    const strict = load(stack, { strictLayers: true, stack: 'App' });
    await expect(strict).rejects.toThrow(`it invokes the function f, but it would run without ${what}`);
  });
});

test.each<[string, JsonObject, RegExp]>([
  ['six layers', { Layers: ['a', 'b', 'c', 'd', 'e', 'f'] }, /^it has 6 layers, and Lambda takes five at most$/],
  [
    'too large layers',
    { Layers: [{ Ref: 'Large' }] },
    /^its code and its layers unpack to 262144001 bytes, more than Lambda's limit of 262144000$/,
  ],
  [
    'a layer that is missing',
    { Layers: [{ Ref: 'Missing' }] },
    /^its layer Missing is missing: expected the asset .*nowhere$/,
  ],
  [
    'a wrapper script',
    { Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrapper' } } },
    /^its AWS_LAMBDA_EXEC_WRAPPER is "\/opt\/wrapper", but code and layers lie elsewhere here than on Lambda: give another value by --env-file, or test it on AWS$/,
  ],
  [
    'a wrapper script in its code, and a layer that is left out',
    { Layers: ['arn:x'], Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrapper' } } },
    /^its AWS_LAMBDA_EXEC_WRAPPER is "\/var\/task\/wrapper", /,
  ],
  [
    'a wrapper script in a layer of the app, and one that is left out',
    { Layers: [{ Ref: 'Wrapped' }, 'arn:x'], Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrapper' } } },
    /^its AWS_LAMBDA_EXEC_WRAPPER is "\/opt\/wrapper", /,
  ],
  [
    'a module that is preloaded by its path',
    { Environment: { Variables: { NODE_OPTIONS: '-r /opt/x.js' } } },
    /^its NODE_OPTIONS is /,
  ],
  ['a handler in a layer', { Handler: '/opt/nodejs/index.handler' }, /^its Handler is "\/opt\/nodejs/],
])('a function with %s is not served', async (_, properties, reason) => {
  const large = newDirectory();
  mkdirSync(join(large, 'lib'));
  writeFileSync(join(large, 'lib', 'large.so'), '');
  truncateSync(join(large, 'lib', 'large.so'), 250 * 1024 * 1024 + 1 - code.length);
  const { functions, unserved } = await load(
    app(
      properties,
      { Large: layer('large'), Missing: layer('missing'), Wrapped: layer('wrapped') },
      {
        files: { 'asset.wrapped/wrapper': '' },
        assets: { 'large.zip': large, 'missing.zip': 'nowhere', 'wrapped.zip': 'asset.wrapped' },
      },
    ),
  );
  expect(functions).toEqual([]);
  expect([...unserved.functions]).toEqual([['f', expect.stringMatching(reason)]]);
});

test('a function is served with another value for what it is started by, or none', async () => {
  const Variables = { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrapper', NODE_OPTIONS: '-r /opt/x.js' };
  const file = join(newDirectory(), 'functions.env');
  writeFileSync(file, 'AWS_LAMBDA_EXEC_WRAPPER=\nNODE_OPTIONS=-r ./layers/x.js\n');
  const { functions } = await load(app({ Environment: { Variables } }), {
    envFile: await EnvFile.read(file, new AbortController().signal),
  });
  expect(functions).toHaveLength(1);
});
