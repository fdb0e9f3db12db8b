/** Whose credentials the calls are signed with, where the SDK by itself would not choose as the AWS CLI does. */
import type { CommandIo } from '../io/commandIo';
import { UserError } from '../io/userError';

/** As AWS hands them out. */
export interface StaticCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/**
 * Refuses a profile that isn't in the shared config files, as the AWS CLI does. The SDK would go on to other credentials
 * that it finds, such as the build container's, and test the stack of that name in another account.
 * @param profile the flag's; else it is that of AWS_PROFILE
 * @throws UserError
 */
export async function checkProfile(profile: string | undefined, env: CommandIo['env']): Promise<void> {
  const named = profile ?? env.AWS_PROFILE ?? '';
  // The default one need not be there.
  if (named === '' || named === 'default') return;
  const { loadSharedConfigFiles } = await import('@smithy/core/config');
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  if (!(named in configFile) && !(named in credentialsFile)) {
    const by = profile === undefined ? 'AWS_PROFILE' : '--profile';
    throw new UserError(
      `Expected ${by} to name a profile of the shared config files, got ${JSON.stringify(named)}: ` +
        'aws configure list-profiles shows them.',
    );
  }
}

/**
 * The keys in the environment, where AWS_PROFILE stands beside them: the AWS CLI takes the keys, unless a flag names the
 * profile, and the SDK the profile. Undefined leaves the choice to the SDK.
 * https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html
 */
export function keysBesideProfile(profile: string | undefined, env: CommandIo['env']): StaticCredentials | undefined {
  const { AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  return profile === undefined && AWS_PROFILE && AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY
    ? {
        accessKeyId: AWS_ACCESS_KEY_ID,
        secretAccessKey: AWS_SECRET_ACCESS_KEY,
        sessionToken: AWS_SESSION_TOKEN || undefined,
      }
    : undefined;
}
