import type { Configuration, Outcome, Verdict } from '../../../lib/wire';
import { directResult, type DirectRun } from '../../../scripts/direct/directResult';
import type { StopReason } from '../../../scripts/io/stopSignal';

const run: DirectRun = {
  asked: ['config_0'],
  maxConcurrency: 10,
  toleratedFailures: 0,
  startedAt: 1_000,
  stoppedAt: 3_500,
};
const interrupted: StopReason = { error: 'SystemTest.Interrupted', cause: 'The trigger was interrupted.' };
const deadlineOver: StopReason = { error: 'SystemTest.DeadlineOver', cause: 'The deadline of 1s is over.' };

const named = (count: number) => Array.from({ length: count }, (_, index) => `config_${index}`);

/** One outcome a letter: Passed, Failed, Errored, Unfinished. */
function outcomes(letters: string): Outcome[] {
  return letters.split('').map((letter, index) => ({
    configuration_identifier: `config_${index}`,
    status: letter === 'P' ? 'PASSED' : letter === 'F' ? 'FAILED' : 'ERRORED',
    ...(letter === 'U' ? { error: { type: 'SystemTest.NotFinished', message: '' } } : {}),
  }));
}

it.each<[string, Partial<DirectRun>, Verdict, string]>([
  ['PPPP', {}, 'PASSED', 'SUCCEEDED'],
  ['PPPF', {}, 'FAILED', 'FAILED'],
  ['PPPE', {}, 'ERRORED', 'FAILED'],
  ['PPFE', {}, 'FAILED', 'FAILED'],
  ['PPFF', { toleratedFailures: 2 }, 'PASSED', 'SUCCEEDED'],
  ['PFFF', { toleratedFailures: 2 }, 'FAILED', 'FAILED'],
  ['PPFF', { toleratedFailures: '50%' }, 'PASSED', 'SUCCEEDED'],
  ['PPFF', { toleratedFailures: '49.9%' }, 'FAILED', 'FAILED'],
  ['PPUU', { stopped: interrupted }, 'ERRORED', 'ABORTED'],
  ['PFUU', { stopped: interrupted }, 'ERRORED', 'ABORTED'],
  ['PPUU', { stopped: deadlineOver }, 'ERRORED', 'TIMED_OUT'],
  ['PPPP', { stopped: deadlineOver }, 'PASSED', 'SUCCEEDED'],
])('of %s with %j is %s, %s', (letters, o, verdict, status) => {
  expect(directResult(outcomes(letters), { ...run, asked: named(4), ...o })).toMatchObject({
    verdict,
    status,
    total: 4,
  });
});

it('carries what a configuration holds beside its identifier', () => {
  const asked: Configuration[] = [
    'config_0',
    { configuration_identifier: 'config_1', country: 'FR' },
    { configuration_identifier: 'config_2' },
  ];
  const { results } = directResult(outcomes('PFP'), { ...run, asked });
  expect(results.map((one) => one.configuration)).toEqual([undefined, { country: 'FR' }, undefined]);
});

it('has the shape of the result of an execution', () => {
  expect(directResult(outcomes('PFE'), { ...run, asked: named(3) })).toMatchObject({
    schema_version: 1,
    total: 3,
    passed: 1,
    failed: 1,
    errored: 1,
    max_concurrency: 10,
    tolerated_failures: 0,
    execution_arn: '',
    started_at: '1970-01-01T00:00:01.000Z',
    stopped_at: '1970-01-01T00:00:03.500Z',
    duration_seconds: 2.5,
  });
});

it.each([
  ['one lacks', 'PP', named(3), 'the result names 2 configurations, not the 3 that were asked for'],
  ['there are none', '', [], 'the result names no configuration'],
])('is no verdict where %s', (_, letters, asked, disagreement) => {
  expect(directResult(outcomes(letters), { ...run, asked })).toMatchObject({ verdict: 'ERRORED', disagreement });
});

it('tells the cost where the log told the memory, without state transitions', () => {
  const [outcome] = outcomes('P');
  const results: Outcome[] = [{ ...outcome!, billed_ms: 1_000 }];

  const { cost } = directResult(results, { ...run, price: { region: 'us-east-1', memoryMb: 1024 } });

  expect(cost).toMatchObject({ lambda_requests: 1, lambda_gb_seconds: 1 });
  expect(cost).not.toHaveProperty('state_transitions');
  expect(directResult(results, { ...run, price: { region: 'us-east-1' } }).cost_unknown).toMatch(/memory/);
});
