import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import type { RunResult } from '../../../lib/wire';
import {
  codeBuildCases,
  isJunitPattern,
  junitFileNames,
  junitNote,
  renderJunit,
  renderJunitFiles,
} from '../../../scripts/report/junit';
import { costOf } from '../../../scripts/cost/cost';
import { externalTool } from '../externalTool';
import { errored, failed, hostileResult, passed, runResultOf } from '../runResults';

const xmllint = externalTool('xmllint');

interface Case {
  name: string;
  classname: string;
  time: string;
  failure?: { type: string; message: string; '#text': string };
  error?: { type: string; message: string };
  skipped?: { type: string; message: string };
  'system-out'?: string;
}
interface Suite {
  name: string;
  tests: string;
  failures: string;
  errors: string;
  skipped: string;
  time: string;
  timestamp: string;
  properties: { property: { name: string; value: string }[] };
  testcase: Case[];
}

const parser = new XMLParser({
  ...{ ignoreAttributes: false, attributeNamePrefix: '', parseTagValue: false, trimValues: false, htmlEntities: true },
  isArray: (name) => ['testsuite', 'testcase', 'property'].includes(name),
});

function parsed(report: Iterable<string>): Suite {
  const { testsuites } = parser.parse([...report].join('')) as { testsuites: { testsuite: Suite[] } };
  expect(testsuites.testsuite).toHaveLength(1);
  return testsuites.testsuite[0]!;
}

const known = { reason: 'moved', expires: '2026-12-31', expired: false };
const many = (count: number): RunResult =>
  runResultOf(Array.from({ length: count }, (_, index) => (index % 100 === 99 ? failed : passed)(`config_${index}`)));

describe('a JUnit report', () => {
  const result = runResultOf([
    passed('fine'),
    failed('broken', { log_tail: 'START\n<]]> & "quotes"\n' }),
    errored('untested'),
    failed('excused', { known }),
    failed('no longer excused', { known: { ...known, expired: true } }),
    passed('second try', { flaky: true, earlier: [failed('second try')] }),
  ]);
  const suite = parsed(renderJunit(result));
  const byName = Object.fromEntries(suite.testcase.map((one) => [one.name, one]));

  test('is one suite that counts its cases', () => {
    expect(suite).toMatchObject({
      name: 'SystemTest',
      tests: '6',
      failures: '2',
      errors: '1',
      skipped: '1',
      time: '8.500',
      timestamp: '2026-01-01T00:00:00',
    });
  });

  test('has a case for each configuration, in the order of the run', () => {
    expect(suite.testcase.map(({ name }) => name)).toEqual(result.results.map((one) => one.configuration_identifier));
    expect(byName.fine).toEqual({ name: 'fine', classname: 'SystemTest', time: '3.004' });
  });

  test('shows error and log of a failure', () => {
    expect(byName.broken?.failure).toEqual({
      type: 'Error',
      message: 'Something went wrong!',
      '#text': 'Error: Something went wrong!',
    });
    expect(byName.broken?.['system-out']).toBe('START\n<]]> & "quotes"\n');
  });

  test('tells what could not be tested from what failed', () => {
    expect(byName.untested?.error?.type).toBe('Lambda.TooManyRequestsException');
    expect(byName.untested).not.toHaveProperty('failure');
  });

  test('skips a known failure with its reason until its date is over', () => {
    expect(byName.excused?.skipped?.message).toBe('Known until 2026-12-31: moved. Error: Something went wrong!');
    expect(byName['no longer excused']?.failure?.message).toBe('Something went wrong! (known until 2026-12-31: moved)');
  });

  test('tells what a configuration holds beside its identifier, and calls it the same as without', () => {
    const configuration = { country: 'FR', limits: { rows: 10 } };
    const { testcase } = parsed(
      renderJunit(runResultOf([passed('a', { configuration }), failed('b', { configuration })])),
    );
    expect(testcase.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(testcase[0]?.['system-out']).toBe('Configuration: country: FR, limits: {"rows":10}');
    expect(testcase[1]?.['system-out']).toMatch(/^Configuration: country: FR, .*\nSTART RequestId/);
  });

  test('passes a flaky one and shows what it did before', () => {
    expect(byName['second try']).not.toHaveProperty('failure');
    expect(byName['second try']?.['system-out']).toMatch(
      /^Try 1: FAILED after 8\.012s, Error: Something went wrong!\nSTART[^]*\nLast try: PASSED after 3\.004s$/,
    );
  });

  test('carries the facts of the run and its cost as properties', () => {
    const cost = costOf({ results: [passed('a')], memoryMb: 128, architecture: 'arm64', region: 'eu-west-1' });
    const { properties } = parsed(renderJunit({ ...result, cost, console_url: 'https://x.example/?a=1&b=2' }));
    const values = Object.fromEntries(properties.property.map(({ name, value }) => [name, value]));
    expect(values).toMatchObject({
      verdict: 'FAILED',
      execution_arn: result.execution_arn,
      console_url: 'https://x.example/?a=1&b=2',
      known: '1',
      'cost.total_usd': String(cost.total_usd),
      'cost.price_region': 'eu-west-1',
    });
  });

  test('is of the class of its construct, whatever a deployment called the state machine', () => {
    const { name, testcase } = parsed(renderJunit({ ...result, test: 'Feeds/SystemTest' }));
    expect([name, testcase[0]?.classname]).toEqual(['Feeds/SystemTest', 'Feeds/SystemTest']);
  });

  test('goes without a state machine', () => {
    const { name, properties } = parsed(renderJunit({ ...result, execution_arn: '' }));
    expect(name).toBe('system-test');
    expect(properties.property.map((one) => one.name)).not.toContain('execution_arn');
  });

  test.each([
    [
      'the run was stopped',
      { status: 'ABORTED', verdict: 'ERRORED' } as const,
      'error',
      'There is no verdict: the execution ended as ABORTED.',
    ],
    [
      'what came back does not agree',
      { status: 'SUCCEEDED', verdict: 'ERRORED', disagreement: 'x' } as const,
      'error',
      'There is no verdict, as what came back does not agree: x.',
    ],
    [
      'flaky ones count as failed',
      { verdict: 'FAILED', flaky: 2 } as const,
      'failure',
      'Passed only when run again, which counts as failed: 2.',
    ],
  ])('does not pass where %s', (_, change, kind, message) => {
    const cases = parsed(renderJunit(runResultOf([passed('a')], change))).testcase;
    expect(cases).toHaveLength(2);
    expect(cases[1]).toMatchObject({ name: '(verdict)', [kind]: { message } });
  });

  test('says beside what failed that what came back does not agree', () => {
    const { errors, testcase } = parsed(
      renderJunit(runResultOf([failed('a')], { verdict: 'ERRORED', disagreement: 'x' })),
    );
    expect({ errors, names: testcase.map((one) => one.name) }).toEqual({ errors: '1', names: ['a', '(verdict)'] });
  });

  test('shows the worst first where CodeBuild shows only some, and says so', () => {
    const { testcase } = parsed(renderJunit(many(501)));
    expect(testcase.slice(0, 6).map((one) => 'failure' in one)).toEqual([true, true, true, true, true, false]);
    expect(testcase[5]?.name).toBe('config_0');
    expect(junitNote(many(501))).toBe(
      'The JUnit report has 501 test cases, of which CodeBuild shows 500; a file name with %d, such as junit-%d.xml, splits it.',
    );
    expect(junitNote(many(500))).toBeUndefined();
  });
});

describe('a JUnit report in files', () => {
  test.each([
    [1, 500, [1]],
    [500, 500, [500]],
    [501, 500, [500, 1]],
    [7, 3, [3, 3, 1]],
  ])('has %i cases, at most %i in a file', (count, limit, sizes) => {
    const suites = renderJunitFiles(many(count), limit).map(parsed);
    expect(suites.map(({ testcase }) => (testcase as Case[] | undefined)?.length ?? 0)).toEqual(sizes);
    expect(suites.map(({ tests }) => Number(tests))).toEqual(sizes);
    const names = suites.flatMap(({ testcase }) => ((testcase as Case[] | undefined) ?? []).map(({ name }) => name));
    expect(names).toEqual(many(count).results.map((one) => one.configuration_identifier));
  });

  test('names its suites apart and its cases the same', () => {
    const suites = renderJunitFiles(many(2), 1).map(parsed);
    expect(suites.map(({ name }) => name)).toEqual(['SystemTest (1 of 2)', 'SystemTest (2 of 2)']);
    expect(suites.map(({ testcase }) => testcase[0]?.classname)).toEqual(['SystemTest', 'SystemTest']);
  });

  test('is numbered from 1', () => {
    expect(junitFileNames('reports/junit-%d.xml', 2)).toEqual(['reports/junit-1.xml', 'reports/junit-2.xml']);
    expect(junitFileNames('junit.xml', 1)).toEqual(['junit.xml']);
    expect(isJunitPattern('junit.xml')).toBe(false);
    expect(() => junitFileNames('junit.xml', 2)).toThrow('Expected a file name with %d for 2 files, got "junit.xml".');
    expect(() => renderJunitFiles(many(1), 0)).toThrow('Expected limit to be an integer from 1 up, got 0.');
    expect(codeBuildCases).toBe(500);
  });
});

describe('a JUnit report of hostile text', () => {
  test('is read again with all of its cases', () => {
    fc.assert(
      fc.property(hostileResult, (result) => {
        const { testcase, tests, failures, errors, skipped } = parsed(renderJunit(result));
        expect(testcase.length).toBeGreaterThanOrEqual(result.total);
        const count = (kind: keyof Case) => testcase.filter((one) => kind in one).length;
        expect([tests, failures, errors, skipped].map(Number)).toEqual([
          testcase.length,
          count('failure'),
          count('error'),
          count('skipped'),
        ]);
      }),
    );
  });
});

xmllint.describe('for xmllint, a JUnit report of hostile text', () => {
  test('is well-formed', () => {
    const bodies = fc
      .sample(hostileResult, { numRuns: 300, seed: 3 })
      .map((result) => [...renderJunit(result)].join('').replace(/^<\?xml.*\?>\n/, ''));
    expect(xmllint.run(['--noout', '-'], `<all>${bodies.join('')}</all>`)).toBe('');
  });
});
