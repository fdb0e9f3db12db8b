/** S3 over a folder, as functions get it by `invoke --local --s3 DIR`; `run` and `local` have the same. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnv, inProcess } from '../command';
import { inlineFunction, newDirectory, removeDirectories, role, writeAssembly } from '../local/cloudAssembly';

/** Copies an object, where it is told to, and tells where its calls go. */
const code = `
exports.handler = async ({ configuration_identifier: id }) => {
  const { AWS_ENDPOINT_URL: all = 'AWS', AWS_ENDPOINT_URL_S3: s3 = all } = process.env;
  if (id === 'copies') {
    const { S3Client, GetObjectCommand, PutObjectCommand } = require('@aws-sdk/client-s3');
    const client = new S3Client({});
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'tenants', Key: 'one.json' }));
    await client.send(new PutObjectCommand({ Bucket: 'tenants', Key: 'out/one.json', Body: await Body.transformToString() }));
  }
  return { system_test_successful: true, s3 };
};`;

const directory = newDirectory();
const bucket = join(directory, 'tenants');
mkdirSync(bucket);
writeFileSync(join(bucket, 'one.json'), '{"country":"FR"}');
const app = writeAssembly({
  stacks: {
    Shop: {
      template: { Resources: { Role: role, Copy: inlineFunction(code, { FunctionName: 'copy', Timeout: 30 }) } },
    },
  },
});
afterAll(removeDirectories);

async function invoke(id: string, ...flags: string[]) {
  const args = ['invoke', '--local', '--app', app, '--function', 'copy', id, '--report', 'json', ...flags];
  const { code, stdout, stderr } = await inProcess(args, { env: { ...cleanEnv, AWS_REGION: 'eu-west-1' } });
  expect(stderr + String(code)).toMatch(/0$/);
  return (JSON.parse(stdout) as { results: { response: { s3: string } }[] }).results[0]!.response.s3;
}

test('a function reads and writes the objects of the folder', async () => {
  expect(await invoke('copies', '--s3', directory)).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(readFileSync(join(bucket, 'out', 'one.json'), 'utf8')).toBe('{"country":"FR"}');
});

test('an endpoint that the functions have themselves goes before the folder', async () => {
  const file = join(directory, 'functions.env');
  writeFileSync(file, 'AWS_ENDPOINT_URL=http://own\n');
  expect(await invoke('one', '--s3', directory, '--env-file', file)).toBe('http://own');
  writeFileSync(file, 'AWS_ENDPOINT_URL_S3=http://own-s3\n');
  expect(await invoke('one', '--s3', directory, '--env-file', file)).toBe('http://own-s3');
  expect(await invoke('one')).toBe('AWS');
});

test('a folder that is none is said before anything is synthesized', async () => {
  const marker = join(directory, 'synthesized');
  const folder = join(bucket, 'one.json');
  const args = ['run', '--local', '--app', `touch ${marker}`, '--s3', folder];
  const { code, stderr } = await inProcess(args, { env: cleanEnv });
  expect(stderr).toBe(
    `error: Expected --s3 to name a folder whose folders are the buckets, got ${JSON.stringify(folder)} (ENOTDIR).\n`,
  );
  expect(existsSync(marker)).toBe(false);
  expect(code).toBe(2);
});
