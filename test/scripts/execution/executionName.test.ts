import { executionName } from '../../../scripts/commands/run';
import { attemptName, executionNameInBuild, retryName } from '../../../scripts/execution/executionName';

const build = { CODEBUILD_BUILD_ID: 'feeds:5f0e6c1a-0000-4000-8000-000000000000' };

describe('the name of an execution', () => {
  test('is left to chance outside of CodeBuild and CodePipeline', () => {
    expect(executionNameInBuild({}, '{}')).toBeUndefined();
    expect(executionNameInBuild({ CODEBUILD_BUILD_ID: '' }, '{}')).toBeUndefined();
  });

  test('is that of the build and of the input', () => {
    const name = executionNameInBuild(build, '{}');

    expect(name).toBe('codebuild-5f0e6c1a-0000-4000-8000-000000000000-44136fa3');
    expect(executionNameInBuild(build, '{}')).toBe(name);
    expect(executionNameInBuild(build, '{"a":1}')).not.toBe(name);
  });

  test('is that of the pipeline execution where the pipeline tells it', () => {
    expect(executionNameInBuild({ ...build, CODEPIPELINE_EXECUTION_ID: 'a1b2' }, '{}')).toBe(
      'codepipeline-a1b2-44136fa3',
    );
  });

  test.each(['x'.repeat(200), 'a b/c:d*?"', 'ünïcode'])('is one that Step Functions takes: %s', (id) => {
    const name = executionNameInBuild({ CODEPIPELINE_EXECUTION_ID: id }, '{}')!;

    expect(executionName(name)).toBe(name);
    expect(name).toMatch(/-44136fa3$/);
  });

  test('is told apart by the number of the retry or attempt, however long it is', () => {
    expect(retryName('nightly', 2)).toBe('nightly-retry-2');
    expect(executionName(retryName('x'.repeat(80), 10))).toMatch(/^x{71}-retry-10$/);
    expect(executionName(attemptName('x'.repeat(80), 20))).toMatch(/^x{69}-attempt-20$/);
  });
});
