import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeployedFunction } from '../../../../scripts/local/app/deployment';
import { endLine, logTail, platformLog } from '../../../../scripts/local/lambda/log';
import { cleanUp, deployed, eventually, serveLambda, type ServedLambda } from './lambdaFixture';

afterAll(cleanUp);

async function serving<Result>(
  source: string,
  overrides: Partial<DeployedFunction>,
  use: (lambda: ServedLambda, logs: string[]) => Promise<Result>,
): Promise<Result> {
  const logs: string[] = [];
  const lambda = await serveLambda([deployed(source, overrides)], { log: (_name, text) => logs.push(text) });
  try {
    return await use(lambda, logs);
  } finally {
    await lambda.close();
  }
}

const report = { requestId: 'r-1', durationMs: 12.339, memorySizeMb: 128, maxMemoryUsedMb: 77 };

describe("the platform's lines", () => {
  const text = platformLog('Text', () => new Date(0));
  const json = platformLog('JSON', () => new Date('2026-07-31T12:00:00Z'));

  test.each([
    [{}, ''],
    [{ initDurationMs: 150.2 }, 'Init Duration: 150.20 ms\t'],
    [{ status: 'timeout' as const }, 'Status: timeout'],
    [{ status: 'error' as const, errorType: 'Runtime.ExitError' }, 'Status: error\tError Type: Runtime.ExitError'],
  ])('end a text log: %j', (more, end) => {
    const billed = 'initDurationMs' in more ? 163 : 13;
    expect(text.report({ ...report, ...more })).toBe(
      `END RequestId: r-1\nREPORT RequestId: r-1\tDuration: 12.34 ms\tBilled Duration: ${billed} ms\tMemory Size: 128 MB\tMax Memory Used: 77 MB\t${end}\n`,
    );
  });

  test('begin a text log', () => {
    expect(text.start('r-1', 'arn', '7')).toBe('START RequestId: r-1 Version: 7\n');
  });

  test('are records in a JSON log', () => {
    const time = '2026-07-31T12:00:00.000Z';
    expect(JSON.parse(json.start('r-1', 'arn', '$LATEST'))).toEqual({
      time,
      type: 'platform.start',
      record: { requestId: 'r-1', functionArn: 'arn', version: '$LATEST' },
    });
    expect(JSON.parse(json.report({ ...report, initDurationMs: 100 }))).toEqual({
      time,
      type: 'platform.report',
      record: {
        requestId: 'r-1',
        metrics: {
          durationMs: 12.339,
          billedDurationMs: 113,
          memorySizeMB: 128,
          maxMemoryUsedMB: 77,
          initDurationMs: 100,
        },
        status: 'success',
      },
    });
    expect(JSON.parse(json.initReport(3, 'error', 'Runtime.ImportModuleError'))).toMatchObject({
      type: 'platform.initReport',
      record: { phase: 'init', status: 'error', errorType: 'Runtime.ImportModuleError', metrics: { durationMs: 3 } },
    });
  });
});

test('the tail is the last 4 KiB of bytes, even where that cuts a character', () => {
  const tail = Buffer.from(logTail(Buffer.from('ü'.repeat(3_000) + 'x')), 'base64');
  expect(tail).toHaveLength(4_096);
  expect(tail.toString()).toBe('\ufffd' + 'ü'.repeat(2_047) + 'x');
});

test.each([
  ['', ''],
  ['a', 'a\n'],
  ['a\n', 'a\n'],
])('output %j is ended as %j', (output, ended) => {
  expect(endLine(Buffer.from(output)).toString()).toBe(ended);
});

describe('the log of an invocation', () => {
  const line = (level: string, message: string) => `TIME\tID\t${level}\t${message}`;
  const anonymous = (log: string) =>
    log.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID');

  test('holds what the function wrote, in its order, however it wrote it', async () => {
    const source = `
      console.log('loading');
      exports.handler = async () => {
        console.log('one %d', 1, { a: [1] });
        process.stdout.write('two\\n');
        console.error('three');
        process.stderr.write('four\\n');
        require('node:fs').writeSync(1, 'five\\n');
        require('node:child_process').execFileSync(process.execPath, ['-e', 'console.log("six")'], { stdio: 'inherit' });
        console.warn('sieben – 七 🎉');
        console.debug('acht');
        console.trace('nine\\nten');
        process.stdout.write('no end');
      }`;
    const { log } = await serving(source, {}, (lambda) => lambda.invoke());
    expect(anonymous(log).split('\n').slice(0, -2)).toEqual([
      'TIME\t\tINFO\tloading',
      'START RequestId: ID Version: $LATEST',
      line('INFO', 'one 1 { a: [ 1 ] }'),
      'two',
      line('ERROR', 'three'),
      'four',
      'five',
      'six',
      line('WARN', 'sieben – 七 🎉'),
      line('DEBUG', 'acht'),
      line('TRACE', 'nine'),
      'ten',
      'no end',
      'END RequestId: ID',
    ]);
  });

  test('is cut to 4 KiB for the caller, and whole for who keeps logs', async () => {
    const source = `exports.handler = async () => { for (let i = 0; i < 2000; i += 1) console.log('größer', i); }`;
    await serving(source, {}, async (lambda, logs) => {
      const { log } = await lambda.invoke();
      expect(Buffer.byteLength(log)).toBeLessThanOrEqual(4_096 + 2);
      expect(log).toContain('größer 1999\nEND');
      expect(logs[0]).toMatch(/INFO\tgrößer 0\n/);
      expect(logs[0]?.endsWith(log.slice(10))).toBe(true);
    });
  });

  test('begins with what the function wrote since the last one', async () => {
    const source = `
      const { existsSync, writeFileSync } = require('node:fs');
      exports.handler = async (event) => {
        if (event !== 'later') return;
        const timer = setInterval(() => {
          if (!existsSync('answered')) return;
          clearInterval(timer);
          console.log('late');
          writeFileSync('written', '');
        }, 1);
      }`;
    const one = deployed(source);
    const lambda = await serveLambda([one]);
    const first = await lambda.invoke('later');
    writeFileSync(join(one.codeDirectory, 'answered'), '');
    await eventually(() => existsSync(join(one.codeDirectory, 'written')));
    const second = await lambda.invoke('now');
    expect([first.log, second.log].map((log) => log.includes('late'))).toEqual([false, true]);
    await lambda.close();
  });

  test('is JSON where the function asks for that, from INFO on', async () => {
    const source = `exports.handler = async () => {
      console.debug('not this'); console.log({ a: 1 }); console.warn('b', 2); console.error(new TypeError('c'));
    }`;
    const { log } = await serving(source, { logFormat: 'JSON' }, (lambda) => lambda.invoke());
    const records = log
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as object);
    expect(records).toEqual([
      expect.objectContaining({ type: 'platform.start' }),
      expect.objectContaining({ level: 'INFO', message: { a: 1 }, requestId: expect.any(String) }),
      expect.objectContaining({ level: 'WARN', message: 'b 2' }),
      expect.objectContaining({
        level: 'ERROR',
        message: expect.objectContaining({ errorType: 'TypeError', errorMessage: 'c' }),
      }),
      expect.objectContaining({ type: 'platform.report' }),
    ]);
  });
});
