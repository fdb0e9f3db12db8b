import {
  executionNameInBuild,
  isRetry,
  isRetryOf,
  attemptName,
  retryName,
} from '../../../scripts/execution/executionName';
import { starterOf } from '../../../scripts/execution/starter';

const uuid = '1a2b3c4d-1111-4222-8333-123456789abc';

describe('the name of an execution', () => {
  it.each([
    [{ CODEPIPELINE_EXECUTION_ID: uuid }, { kind: 'codepipeline', pipeline_execution_id: uuid }],
    [{ CODEBUILD_BUILD_ID: `feeds:${uuid}` }, { kind: 'codebuild', build_id: uuid }],
  ])('tells the build that started it: %j', (env, starter) => {
    const name = executionNameInBuild(env, '{}')!;

    expect([name, retryName(name, 1), attemptName(name, 2), retryName(attemptName(name, 2), 1)].map(starterOf)).toEqual(
      Array(4).fill(starter),
    );
  });

  it.each([
    ['nightly-2026-11-20', 'named'],
    [`deploy-${uuid}`, 'named'],
    [uuid, 'unnamed'],
    ['codebuild-', 'named'],
  ])('tells nothing else: %s', (name, kind) => {
    expect(starterOf(name)).toEqual({ kind });
  });

  it('tells whose retry it is, also where it was cut', () => {
    const long = 'x'.repeat(80);

    expect(isRetryOf(retryName('ci-7', 3), 'ci-7')).toBe(true);
    expect(isRetryOf(retryName(long, 1), long)).toBe(true);
    expect(isRetryOf(retryName('ci-7', 1), 'ci-77')).toBe(false);
    expect(isRetryOf('ci-7', 'ci-7')).toBe(false);
    expect(isRetry('ci-7-retry-x')).toBe(false);
  });
});
