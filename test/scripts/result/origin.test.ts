import type { RunOrigin } from '../../../lib/wire';
import { version } from '../../../package.json';
import { renderJunit } from '../../../scripts/report/junit';
import { renderMarkdown } from '../../../scripts/report/markdown';
import { textReport } from '../../../scripts/report/text';
import { originOf } from '../../../scripts/result/origin';
import { originLine } from '../../../scripts/result/originText';
import { createRedactor, redactResult } from '../../../scripts/result/redaction';
import { createColors } from 'picocolors';
import { passed, runResultOf } from '../runResults';

const commit = 'da1560886d4f094c3e6c9ef40349f7d38b5d27d7';

describe('where a run comes from', () => {
  test.each<[string, Record<string, string>, Partial<RunOrigin>]>([
    [
      'GitHub Actions',
      {
        GITHUB_ACTIONS: 'true',
        GITHUB_SHA: commit,
        GITHUB_REF_NAME: '12/merge',
        GITHUB_HEAD_REF: 'feature/feeds',
        GITHUB_WORKFLOW: 'Deploy',
        GITHUB_RUN_ID: '1658821493',
        GITHUB_SERVER_URL: 'https://github.com',
        GITHUB_REPOSITORY: 'octo/feeds',
        // CodeBuild runs jobs of GitHub Actions too.
        CODEBUILD_BUILD_ID: 'runner:1',
      },
      {
        branch: 'feature/feeds',
        pipeline: 'Deploy',
        build: '1658821493',
        build_url: 'https://github.com/octo/feeds/actions/runs/1658821493',
      },
    ],
    [
      'GitLab CI',
      {
        GITLAB_CI: 'true',
        CI_COMMIT_SHA: commit,
        CI_COMMIT_REF_NAME: 'main',
        CI_PIPELINE_ID: '31415',
        CI_JOB_ID: '27182',
        CI_JOB_URL: 'https://gitlab.example/feeds/-/jobs/27182',
      },
      { branch: 'main', pipeline: '31415', build: '27182', build_url: 'https://gitlab.example/feeds/-/jobs/27182' },
    ],
    [
      'CircleCI',
      {
        CIRCLECI: 'true',
        CIRCLE_SHA1: commit,
        CIRCLE_TAG: 'v1',
        CIRCLE_WORKFLOW_ID: '0a1b',
        CIRCLE_BUILD_NUM: '7',
        CIRCLE_BUILD_URL: 'https://circleci.com/gh/octo/feeds/7',
      },
      { branch: 'v1', pipeline: '0a1b', build: '7', build_url: 'https://circleci.com/gh/octo/feeds/7' },
    ],
    [
      'Azure Pipelines',
      {
        TF_BUILD: 'True',
        BUILD_SOURCEVERSION: commit,
        BUILD_SOURCEBRANCH: 'refs/heads/feature/feeds',
        BUILD_DEFINITIONNAME: 'Deploy feeds',
        BUILD_BUILDID: '42',
        SYSTEM_COLLECTIONURI: 'https://dev.azure.com/octo/',
        SYSTEM_TEAMPROJECT: 'Data feeds',
      },
      {
        branch: 'feature/feeds',
        pipeline: 'Deploy feeds',
        build: '42',
        build_url: 'https://dev.azure.com/octo/Data%20feeds/_build/results?buildId=42',
      },
    ],
    [
      'Bitbucket Pipelines',
      {
        BITBUCKET_PIPELINE_UUID: '{0a1b}',
        BITBUCKET_COMMIT: commit,
        BITBUCKET_BRANCH: 'main',
        BITBUCKET_BUILD_NUMBER: '9',
      },
      { branch: 'main', pipeline: '{0a1b}', build: '9' },
    ],
    [
      'Buildkite',
      {
        BUILDKITE: 'true',
        BUILDKITE_COMMIT: commit,
        BUILDKITE_BRANCH: 'main',
        BUILDKITE_PIPELINE_SLUG: 'feeds',
        BUILDKITE_BUILD_NUMBER: '9',
        BUILDKITE_BUILD_URL: 'https://buildkite.com/octo/feeds/builds/9',
      },
      { branch: 'main', pipeline: 'feeds', build: '9', build_url: 'https://buildkite.com/octo/feeds/builds/9' },
    ],
    [
      'Travis CI',
      {
        TRAVIS: 'true',
        TRAVIS_COMMIT: commit,
        TRAVIS_BRANCH: 'main',
        TRAVIS_REPO_SLUG: 'octo/feeds',
        TRAVIS_BUILD_NUMBER: '4',
        TRAVIS_BUILD_WEB_URL: 'https://travis-ci.com/octo/feeds/builds/4',
      },
      { branch: 'main', pipeline: 'octo/feeds', build: '4', build_url: 'https://travis-ci.com/octo/feeds/builds/4' },
    ],
    [
      'Jenkins',
      {
        JENKINS_URL: 'http://jenkins.example:8080/',
        GIT_COMMIT: commit,
        GIT_BRANCH: 'origin/main',
        JOB_NAME: 'feeds/deploy',
        BUILD_NUMBER: '153',
        BUILD_URL: 'http://jenkins.example:8080/job/feeds/153/',
      },
      {
        branch: 'origin/main',
        pipeline: 'feeds/deploy',
        build: '153',
        build_url: 'http://jenkins.example:8080/job/feeds/153/',
      },
    ],
    [
      'CodeBuild in CodePipeline',
      {
        CODEBUILD_BUILD_ID: 'feeds:0a1b',
        CODEBUILD_RESOLVED_SOURCE_VERSION: commit,
        CODEBUILD_INITIATOR: 'codepipeline/feeds',
      },
      { pipeline: 'codepipeline/feeds', build: 'feeds:0a1b' },
    ],
    [
      'CodeBuild with the id of the pipeline execution',
      {
        CODEBUILD_BUILD_ID: 'feeds:0a1b',
        CODEBUILD_RESOLVED_SOURCE_VERSION: commit,
        CODEBUILD_WEBHOOK_HEAD_REF: 'refs/heads/main',
        CODEBUILD_INITIATOR: 'codepipeline/feeds',
        CODEPIPELINE_EXECUTION_ID: '5f3b',
      },
      { branch: 'main', pipeline: '5f3b', build: 'feeds:0a1b' },
    ],
  ])('is told by the variables of %s', (_, env, expected) => {
    expect(originOf(env, '7')).toEqual({ tool_version: version, commit, ...expected, function_version: '7' });
  });

  test('is no more than the version of the tool on a machine without CI', () => {
    expect(originOf({ GIT_COMMIT: commit, BUILD_URL: 'https://x.example', GITHUB_ACTIONS: '' })).toEqual({
      tool_version: version,
    });
  });

  test.each([
    ['of a script', 'javascript:alert(1)'],
    ['of a file', 'file:///etc/passwd'],
    ['with a password', 'https://user:secret@ci.example/1'],
    ['of over 1,024 characters', `https://ci.example/${'1'.repeat(1100)}`],
    ['that is none', 'no address'],
  ])('leaves out an address %s', (_, url) => {
    expect(originOf({ GITLAB_CI: 'true', CI_JOB_ID: '1', CI_JOB_URL: url })).toEqual({
      tool_version: version,
      build: '1',
    });
  });

  test('is kept short and in one line, whatever the variables hold', () => {
    const { branch, commit: none } = originOf({
      GITLAB_CI: 'true',
      CI_COMMIT_REF_NAME: `\u001b[31ma\n::error::b${'x'.repeat(1000)}`,
      CI_COMMIT_SHA: ' \n',
    });

    expect([branch!.slice(0, 12), branch!.length, none]).toEqual(['a ::error::b', 256, undefined]);
  });
});

describe('the origin in a report', () => {
  const origin: RunOrigin = {
    tool_version: '1.2.3',
    commit,
    branch: 'a|b',
    pipeline: 'Deploy',
    build: 'token ghp_0123456789abcdefghijABCDEFGHIJ012345',
    build_url: 'https://ci.example/1',
    function_version: '7',
  };
  const result = redactResult(runResultOf([passed('a')], { origin }), createRedactor());

  test('has no secrets, and no address that one stood in', () => {
    expect(result.origin).toEqual({ ...origin, build: 'token [redacted]' });
    const hidden = redactResult(result, createRedactor([/example/]));
    expect(hidden.origin).not.toHaveProperty('build_url');
  });

  test('is one line of text, and links to the build in Markdown', () => {
    const line = `commit ${commit}, branch a|b, pipeline Deploy, build token [redacted], function version 7`;
    expect(originLine(result.origin!)).toBe(line);
    expect(textReport(result, createColors(false))).toContain(`\nOrigin: ${line}\n`);
    expect(renderMarkdown(result)).toContain('- [The build](https://ci.example/1)\n');
    expect(renderMarkdown(result)).toContain('branch a&#124;b');
  });

  test('is a property each in JUnit', () => {
    const junit = [...renderJunit(result)].join('');
    expect(junit).toContain('<property name="origin.tool_version" value="1.2.3"/>');
    expect(junit).toContain(`<property name="origin.commit" value="${commit}"/>`);
  });

  test('is not told to people where nothing but versions is known', () => {
    const versions = { ...result, origin: { tool_version: '1.2.3', function_version: '7' } };
    expect(textReport(versions, createColors(false))).not.toContain('Origin');
    expect(renderMarkdown(versions)).not.toContain('Origin');
  });
});
