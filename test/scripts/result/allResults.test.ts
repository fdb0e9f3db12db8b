import fs, { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { createColors } from 'picocolors';
import type { RunConfigurationResult, RunResult } from '../../../lib/wire';
import { jsonReport } from '../../../scripts/report/json';
import { renderJunit, renderJunitFiles } from '../../../scripts/report/junit';
import { renderMarkdown } from '../../../scripts/report/markdown';
import { reportResult } from '../../../scripts/report/reports';
import { textReport } from '../../../scripts/report/text';
import { applyKnownFailures } from '../../../scripts/result/knownFailures';
import { createRedactor, redactResult } from '../../../scripts/result/redaction';
import { mergeReruns, toRerun } from '../../../scripts/result/rerun';
import { parseRunResult } from '../../../scripts/result/runResultFile';
import { ResultSpool } from '../../../scripts/result/resultSpool';
import { tally } from '../../../scripts/result/tally';
import { untestedSentence } from '../../../scripts/result/untested';
import { Talk } from '../../../scripts/terminal/talk';
import { errored, failed, passed, runResultOf } from '../runResults';

const location = { bucket: 'results', prefix: 'system-test/run-1/' };
let spools: ResultSpool[] = [];
afterEach(() => {
  spools.forEach((spool) => spool.close());
  spools = [];
});

/** A distributed run with these results, which are in a file. */
function spooled(results: RunConfigurationResult[], rest: Partial<RunResult> = {}): RunResult {
  const spool = new ResultSpool();
  spools.push(spool);
  results.forEach((one) => spool.append(one));
  const run = runResultOf(results, { mode: 'DISTRIBUTED', results_location: location, ...rest });
  return { ...run, ...spool.results() };
}

/** So many that passed, each in its own time, after some others. */
const crowd = (count: number, ...others: RunConfigurationResult[]) => [
  ...Array.from({ length: count }, (_, index) => passed(`config_${index}`, { duration_ms: index })),
  ...others,
];
const read = (report: Iterable<string>) => [...report].join('');
const names = (run: RunResult) => run.results.map((one) => one.configuration_identifier);
const known = { configuration_identifier: 'known', reason: 'moved', expires: '2026-12-31' };
const today = { today: '2026-06-01' };

describe('the results of a distributed run', () => {
  const flaky = passed('flaky', { flaky: true, earlier: [failed('flaky')] });

  test('have what needs a look first, then what took longest, a thousand of them in memory', () => {
    const run = spooled(crowd(1200, flaky, failed('bad'), errored('untested')));

    expect(run.results).toHaveLength(1000);
    expect(names(run).slice(0, 5)).toEqual(['untested', 'bad', 'flaky', 'config_1199', 'config_1198']);
    expect(run.all).toHaveLength(1203);
    expect([...run.all!].map((one) => one.configuration_identifier)).toEqual(expect.arrayContaining(['config_0']));
  });

  test('are listed no further than memory is small', () => {
    const log_tail = 'x'.repeat(200_000);
    const run = spooled(Array.from({ length: 100 }, (_, index) => failed(`config_${index}`, { log_tail })));

    expect(run.results.length).toBeGreaterThan(30);
    expect(run.results.length).toBeLessThan(50);
    expect(toRerun(run)).toHaveLength(100);
  });

  test('are judged by all of them, and not by those that are listed', () => {
    const run = spooled(Array.from({ length: 1500 }, (_, index) => failed(`config_${index}`)));

    expect(tally({ ...run, tolerated_failures: 1499 })).toMatchObject({ failed: 1500, verdict: 'FAILED' });
    expect(tally({ ...run, tolerated_failures: 1500 })).toMatchObject({ failed: 1500, verdict: 'PASSED' });
    expect(untestedSentence(spooled(Array.from({ length: 1001 }, (_, index) => errored(`config_${index}`))))).toBe(
      'There is no verdict, as 1001 configurations could not be tested.',
    );
  });

  test('are marked by a list of known failures, which come after the others then', () => {
    const run = applyKnownFailures(spooled(crowd(1, failed('known'), failed('worse'))), [known], today);

    expect(names(run)).toEqual(['worse', 'known', 'config_0']);
    expect(run).toMatchObject({ failed: 1, known: 1, passed: 1, verdict: 'FAILED' });
    expect([...run.all!].map((one) => one.known !== undefined)).toEqual([false, true, false]);
  });

  test('are merged with those that were run again, whichever of the runs was distributed', () => {
    const results = crowd(2, failed('bad'), errored('untested'));
    const again = [passed('bad'), failed('untested'), passed('new')];
    const expected = ['untested FAILED', 'bad PASSED', 'new PASSED', 'config_1 PASSED', 'config_0 PASSED'];
    for (const run of [
      mergeReruns(spooled(results), runResultOf(again)),
      mergeReruns(runResultOf(results), spooled(again)),
      mergeReruns(spooled(results), spooled(again)),
    ]) {
      expect([...run.all!].map((one) => `${one.configuration_identifier} ${one.status}`)).toEqual(expected);
      expect(run).toMatchObject({ mode: 'DISTRIBUTED', results_location: location, total: 5, flaky: 1 });
    }
  });

  test('lose their secrets one by one, and those of them that are listed lose the same', () => {
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    const run = redactResult(spooled(crowd(1, failed(secret), failed('tenant-[redacted] #1'))), createRedactor());

    expect([...run.all!]).toEqual(run.results);
    expect(names(run)).toEqual(['[redacted] #1', 'tenant-[redacted] #1', 'config_0']);
  });

  test('are read again from the JSON report', () => {
    const run = spooled(crowd(1100, failed('bad')));
    const again = parseRunResult(read(jsonReport(run)), 'result.json');

    expect(again).toMatchObject({ mode: 'DISTRIBUTED', results_location: location, total: 1101, failed: 1 });
    expect(again.results).toEqual(run.results);
    expect([...again.all!]).toEqual([...run.all!]);
  });
});

test('a spool of results leaves no file behind, not even while it is open', () => {
  const directory = mkdtempSync(join(os.tmpdir(), 'spool-'));
  const tmpdir = jest.spyOn(os, 'tmpdir').mockReturnValue(directory);
  const run = spooled(crowd(3000));
  expect(tmpdir).toHaveBeenCalled();
  tmpdir.mockRestore();

  expect(readdirSync(directory)).toEqual([]);
  expect(run.all!.at(2999).configuration_identifier).toBe('config_0');
  rmSync(directory, { recursive: true });
});

describe('a spool of results whose disk takes or gives a few bytes at a time', () => {
  afterEach(() => jest.restoreAllMocks());
  const results = [passed('a'), failed('b', { log_tail: 'x'.repeat(50) }), passed('c')];

  test('loses none of them', () => {
    const { writeSync, readSync } = fs;
    jest
      .spyOn(fs, 'writeSync')
      .mockImplementation(((fd: number, bytes: Buffer, from: number, length: number, at: number) =>
        writeSync(fd, bytes, from, Math.min(length, 7), at)) as typeof writeSync);
    jest
      .spyOn(fs, 'readSync')
      .mockImplementation(((fd: number, bytes: Buffer, from: number, length: number, at: number) =>
        readSync(fd, bytes, from, Math.min(length, 5), at)) as typeof readSync);

    expect([...spooled(results).all!]).toEqual([results[1], results[0], results[2]]);
  });

  test('says so where it gives less than it took', () => {
    const run = spooled(results);
    jest.spyOn(fs, 'readSync').mockReturnValue(0);

    expect(() => run.all!.at(0)).toThrow('The temporary file with the results is shorter than it was written.');
  });
});

test('what is read beyond the last result is no result', () => {
  expect(() => spooled(crowd(2)).all!.at(2)).toThrow('Expected an index below 2, got 2.');
});

describe('what is printed of many results', () => {
  const printed = async (stdout: Writable) => {
    const redact = createRedactor([], { defaults: false });
    const talk = new Talk(new PassThrough().resume(), 'quiet');
    return reportResult(
      spooled(crowd(3000)),
      [{ format: 'json' }],
      { cost: true, color: false },
      {
        ...{ io: { stdout, env: {} }, talk, redact },
      },
    );
  };

  test('is no more at a time than its reader takes', async () => {
    let [most, length] = [0, 0];
    const stdout: Writable = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _, taken) {
        most = Math.max(most, stdout.writableLength);
        length += chunk.length;
        setImmediate(taken);
      },
    });

    await expect(printed(stdout)).resolves.toBe(true);
    expect(length).toBeGreaterThan(400_000);
    expect(most).toBeLessThan(100_000);
  });

  test('ends where its reader goes', async () => {
    let writes = 0;
    const stdout: Writable = new Writable({
      highWaterMark: 1,
      write() {
        writes++;
        stdout.destroy();
      },
    });

    await expect(printed(stdout)).resolves.toBe(true);
    expect(writes).toBe(1);
  });
});

describe('of a distributed run', () => {
  const colors = createColors(false);
  const many = () => spooled(crowd(1100, failed('bad'), errored('untested')));

  test('the JSON report holds every result, and no key of its own for them', () => {
    const { results, ...rest } = JSON.parse(read(jsonReport(many()))) as RunResult;

    expect(results).toHaveLength(1102);
    expect(Object.keys(rest)).not.toContain('all');
  });

  test('the JUnit report holds every result, the worst first, with the counts in front', () => {
    const report = read(renderJunit(many()));

    expect(report).toContain('tests="1102" failures="1" errors="1"');
    expect(report.match(/<testcase name="[^"]*/g)!.slice(0, 3)).toEqual([
      '<testcase name="untested',
      '<testcase name="bad',
      '<testcase name="config_1099',
    ]);
    expect(report.match(/<testcase /g)).toHaveLength(1102);
  });

  test('the JUnit report in files holds every result once', () => {
    const files = renderJunitFiles(many()).map(read);

    expect(files.map((file) => file.match(/<testcase /g)!.length)).toEqual([500, 500, 102]);
    expect(files[0]).toContain('tests="500" failures="1" errors="1"');
  });

  test.each<[string, RunConfigurationResult[], string]>([
    ['what passed', crowd(1100, failed('bad')), '1,100 passed are not listed. The JSON report has all.'],
    [
      'what failed beyond a thousand',
      Array.from({ length: 1003 }, (_, index) => failed(`config_${index}`)),
      '3 failed are not listed. The JSON report has all.',
    ],
    [
      'a single one',
      Array.from({ length: 1001 }, (_, index) => failed(`config_${index}`)),
      '1 failed is not listed. The JSON report has all.',
    ],
    [
      'several that failed, and one that passed',
      crowd(1, ...Array.from({ length: 1003 }, (_, index) => failed(`bad_${index}`))),
      '3 failed and 1 passed are not listed. The JSON report has all.',
    ],
    [
      'some of each, those that are excused with those that failed',
      crowd(
        1,
        ...Array.from({ length: 1011 }, (_, index) => errored(`untested_${index}`)),
        failed('bad'),
        failed('excused', { known: { ...known, expired: false } }),
      ),
      '11 errored, 2 failed and 1 passed are not listed. The JSON report has all.',
    ],
  ])('the text report says that it leaves out %s', (_, results, sentence) => {
    expect(textReport(spooled(results), colors).split('\n')).toContain(sentence);
  });

  test('the text report tells what all took, and what took longest where it can be known', () => {
    const text = textReport(many(), colors);
    expect(text).toContain('All invocations together took 612.5s');
    expect(text).toContain('Slowest: bad 8.012s, config_1099 1.099s, config_1098 1.098s');
    const failures = spooled(Array.from({ length: 1003 }, (_, index) => failed(`config_${index}`)));
    expect(textReport(failures, colors)).not.toContain('Slowest');
  });

  test('the Markdown report counts all that did not pass, and what of it is left out', () => {
    const failures = spooled(Array.from({ length: 1003 }, (_, index) => failed(`config_${index}`)));
    const text = renderMarkdown(failures, { full: true });
    expect(text).toContain('### Did not pass (1003)');
    const rows = text.match(/^\| `config_/gm)!.length;
    expect(text).toContain(`_${1003 - rows} more are left out`);
  });
});
