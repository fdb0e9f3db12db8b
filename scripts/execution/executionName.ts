import { createHash } from 'node:crypto';
import { limits } from '../../lib/wire';
import type { CommandIo } from '../io/commandIo';

/**
 * The name of an execution that a build in CodeBuild starts: the same for the same build and input, so that a start that
 * is repeated joins the execution that runs rather than starting a second one. It is made of
 *
 * - CODEPIPELINE_EXECUTION_ID, which a pipeline can pass on as `#{codepipeline.PipelineExecutionId}`. A stage that is
 *   retried keeps it
 * - else CODEBUILD_BUILD_ID, which each build has for itself
 *   (https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html)
 *
 * @param input of the execution, as JSON
 * @returns undefined elsewhere: then a random name is taken
 */
export function executionNameInBuild(env: CommandIo['env'], input: string): string | undefined {
  const { CODEPIPELINE_EXECUTION_ID: pipelineExecution = '', CODEBUILD_BUILD_ID: build = '' } = env;
  const origin =
    pipelineExecution !== '' ? `codepipeline-${pipelineExecution}` : build !== '' ? `codebuild-${idOf(build)}` : '';
  if (origin === '') return undefined;
  const hash = createHash('sha256').update(input).digest('hex').slice(0, 8);
  return withSuffix(origin.replace(/[^\w-]/g, '-'), `-${hash}`);
}

/** The name of the execution that runs what did not pass again. */
export function retryName(name: string, retry: number): string {
  return withSuffix(name, `-retry-${retry}`);
}

/** The name of the execution that tests again after those of the earlier attempts have ended. */
export function attemptName(name: string, attempt: number): string {
  return withSuffix(name, `-attempt-${attempt}`);
}

/** `PROJECT:ID` */
function idOf(build: string): string {
  return build.slice(build.lastIndexOf(':') + 1);
}

function withSuffix(name: string, suffix: string): string {
  return name.slice(0, limits.executionNameLength - suffix.length) + suffix;
}

/** Whether an execution of this name runs what did not pass in the one of the other name again. */
export function isRetryOf(name: string, other: string): boolean {
  const { base } = /^(?<base>.*)-retry-\d+$/.exec(name)?.groups ?? {};
  if (base === undefined) return false;
  // A name that would have been too long was cut.
  return base === other || (name.length === limits.executionNameLength && other.startsWith(base));
}

/** Whether the name is that of an execution that runs what did not pass again. */
export function isRetry(name: string): boolean {
  return /-retry-\d+$/.test(name);
}
