/**
 * Where a run comes from, as the variables of the CI server that runs the command tell. The package env-ci knows more
 * servers, but starts git for what it does not find.
 */
import { version } from '../../package.json';
import type { RunOrigin } from '../../lib/wire';
import type { CommandIo } from '../io/commandIo';
import { cut, printableLine } from '../terminal/printable';
import { isBuildUrl } from './originText';

/** Which variables tell what, each first of those that are set; `$NAME` in an address stands for a variable. */
interface CiVariables {
  /** Set by this server alone. */
  server: string;
  commit: string[];
  branch: string[];
  pipeline: string[];
  build: string[];
  build_url?: string;
}

/** The first whose variable is set is the one that runs the command: CodeBuild runs jobs of others, and may stand in Jenkins. */
const servers: CiVariables[] = [
  // https://docs.github.com/en/actions/reference/workflows-and-actions/variables
  {
    server: 'GITHUB_ACTIONS',
    commit: ['GITHUB_SHA'],
    branch: ['GITHUB_HEAD_REF', 'GITHUB_REF_NAME'],
    pipeline: ['GITHUB_WORKFLOW'],
    build: ['GITHUB_RUN_ID'],
    build_url: '$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID',
  },
  // https://docs.gitlab.com/ci/variables/predefined_variables/
  {
    server: 'GITLAB_CI',
    commit: ['CI_COMMIT_SHA'],
    branch: ['CI_COMMIT_REF_NAME'],
    pipeline: ['CI_PIPELINE_ID'],
    build: ['CI_JOB_ID'],
    build_url: '$CI_JOB_URL',
  },
  // https://circleci.com/docs/reference/variables/
  {
    server: 'CIRCLECI',
    commit: ['CIRCLE_SHA1'],
    branch: ['CIRCLE_BRANCH', 'CIRCLE_TAG'],
    pipeline: ['CIRCLE_WORKFLOW_ID'],
    build: ['CIRCLE_BUILD_NUM'],
    build_url: '$CIRCLE_BUILD_URL',
  },
  // https://learn.microsoft.com/azure/devops/pipelines/build/variables
  {
    server: 'TF_BUILD',
    commit: ['BUILD_SOURCEVERSION'],
    branch: ['BUILD_SOURCEBRANCH'],
    pipeline: ['BUILD_DEFINITIONNAME'],
    build: ['BUILD_BUILDID'],
    build_url: '$SYSTEM_COLLECTIONURI$SYSTEM_TEAMPROJECT/_build/results?buildId=$BUILD_BUILDID',
  },
  // https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/ (it has no address of the build)
  {
    server: 'BITBUCKET_PIPELINE_UUID',
    commit: ['BITBUCKET_COMMIT'],
    branch: ['BITBUCKET_BRANCH', 'BITBUCKET_TAG'],
    pipeline: ['BITBUCKET_PIPELINE_UUID'],
    build: ['BITBUCKET_BUILD_NUMBER'],
  },
  // https://buildkite.com/docs/pipelines/configure/environment-variables
  {
    server: 'BUILDKITE',
    commit: ['BUILDKITE_COMMIT'],
    branch: ['BUILDKITE_BRANCH'],
    pipeline: ['BUILDKITE_PIPELINE_SLUG'],
    build: ['BUILDKITE_BUILD_NUMBER'],
    build_url: '$BUILDKITE_BUILD_URL',
  },
  // https://docs.travis-ci.com/user/environment-variables/
  {
    server: 'TRAVIS',
    commit: ['TRAVIS_COMMIT'],
    branch: ['TRAVIS_BRANCH'],
    pipeline: ['TRAVIS_REPO_SLUG'],
    build: ['TRAVIS_BUILD_NUMBER'],
    build_url: '$TRAVIS_BUILD_WEB_URL',
  },
  // https://www.jenkins.io/doc/book/pipeline/jenkinsfile/ and, for commit and branch, https://plugins.jenkins.io/git/
  {
    server: 'JENKINS_URL',
    commit: ['GIT_COMMIT'],
    branch: ['BRANCH_NAME', 'GIT_BRANCH'],
    pipeline: ['JOB_NAME'],
    build: ['BUILD_NUMBER'],
    build_url: '$BUILD_URL',
  },
  // https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html; the first of the pipeline is the
  // user's own, as in executionName.ts, and the initiator is the pipeline's name where CodePipeline starts the build.
  {
    server: 'CODEBUILD_BUILD_ID',
    commit: ['CODEBUILD_RESOLVED_SOURCE_VERSION'],
    branch: ['CODEBUILD_WEBHOOK_HEAD_REF'],
    pipeline: ['CODEPIPELINE_EXECUTION_ID', 'CODEBUILD_INITIATOR'],
    build: ['CODEBUILD_BUILD_ID'],
    build_url: '$CODEBUILD_PUBLIC_BUILD_URL',
  },
];

/** Characters that are kept of a text. */
const keptLength = 256;

/**
 * The origin of a run that this command makes.
 * @param functionVersion that which Lambda said to have run, where it is known
 */
export function originOf(env: CommandIo['env'], functionVersion?: string): RunOrigin {
  const variables = servers.find(({ server }) => isSet(env[server]));
  const first = (names: string[] = []) => textOf(names.map((name) => env[name]).find(isSet));
  const origin: RunOrigin = {
    tool_version: version,
    commit: first(variables?.commit),
    branch: first(variables?.branch)?.replace(/^refs\/(?:heads|tags)\//, ''),
    pipeline: first(variables?.pipeline),
    build: first(variables?.build),
    build_url: urlOf(variables?.build_url ?? '', env),
    function_version: textOf(functionVersion),
  };
  return Object.fromEntries(Object.entries(origin).filter(([, value]) => value !== undefined)) as unknown as RunOrigin;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value.trim() !== '';
}

function textOf(value: string | undefined): string | undefined {
  const text = printableLine(value ?? '');
  return text === '' ? undefined : cut(text, keptLength);
}

/** Undefined where one of its variables is missing, or it is no such address. */
function urlOf(template: string, env: CommandIo['env']): string | undefined {
  const names = template.match(/\$[A-Z_]+/g) ?? [];
  if (names.length === 0 || !names.every((name) => isSet(env[name.slice(1)]))) return undefined;
  const url = template.replace(/\$([A-Z_]+)/g, (_, name: string) => env[name] ?? '');
  return isBuildUrl(url) ? new URL(url).href : undefined;
}
