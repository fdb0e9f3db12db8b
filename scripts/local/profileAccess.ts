/** What `--function-profile` gives the functions: the credentials and the Region of a profile. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromIni } from '@aws-sdk/credential-provider-ini';
import { loadSharedConfigFiles } from '@smithy/core/config';
import { kindOf } from '../aws/errors';
import { proxyOf } from '../aws/proxy';
import type { Clock } from '../io/clock';
import { UserError } from '../io/userError';
import type { FunctionAccess, FunctionAccessSource } from './lambda/functionAccess';

export interface ProfileAccessOptions {
  profile: string;
  /** Names the shared config files and the proxy. */
  env: Readonly<NodeJS.ProcessEnv>;
  clock: Clock;
  endpointUrl?: string;
  /** Gets the secrets among them. */
  hide?: (secret: string) => void;
}

/**
 * Resolves the profile as the SDK does (keys, role, process, IAM Identity Center), and nothing but the profile: the SDK's
 * whole chain would go on to the credentials of the machine. It is asked again where they end too soon.
 *
 * @throws a UserError where there is no such profile, or where it gives no valid credentials
 */
export async function profileAccess(options: ProfileAccessOptions): Promise<FunctionAccessSource> {
  const { profile, env, clock, endpointUrl, hide = () => undefined } = options;
  const files = {
    configFilepath: env.AWS_CONFIG_FILE,
    filepath: env.AWS_SHARED_CREDENTIALS_FILE,
    ignoreCache: true,
  };
  const { configFile, credentialsFile } = await loadSharedConfigFiles(files);
  if (!Object.hasOwn(configFile, profile) && !Object.hasOwn(credentialsFile, profile)) {
    throw new UserError(
      `Expected --function-profile to name a profile of the shared config files, got ${JSON.stringify(profile)}: ` +
        'aws configure list-profiles shows them.',
    );
  }
  const region = configFile[profile]?.region ?? credentialsFile[profile]?.region;
  const proxy = await proxyOf(env);
  const clientConfig = proxy && { requestHandler: { httpsAgent: proxy.agent({ keepAlive: true }) } };

  const resolve = async (): Promise<FunctionAccess> => {
    try {
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await fromIni({
        profile,
        ...files,
        clientConfig,
      })();
      [secretAccessKey, sessionToken].forEach((secret) => secret && hide(secret));
      const credentials = { accessKeyId, secretAccessKey, sessionToken };
      if (sessionToken !== undefined && expiration === undefined && endpointUrl === undefined) {
        await refuseExpired(
          new STSClient({ credentials, region: region ?? 'us-east-1', ...clientConfig, maxAttempts: 1 }),
        );
      }
      const expiresAt = expiration?.getTime();
      if (expiresAt !== undefined && expiresAt <= clock.now()) throw new Error('they have expired');
      return { credentials, expiresAt, region, endpointUrl };
    } catch (error) {
      // A process may have written more, and what it writes may be a secret.
      const [reason] = (error as Error).message.split('\n');
      throw new Error(
        `${JSON.stringify(profile)} (${reason}): sign in again, such as by aws sso login --profile ${profile}`,
        { cause: error },
      );
    }
  };

  let latest = resolve();
  try {
    await latest;
  } catch (error) {
    throw new UserError(
      `Expected --function-profile to name a profile with valid credentials, got ${(error as Error).message}.`,
      { cause: error },
    );
  }
  return async (neededMs) => {
    const asked = latest;
    const { expiresAt = Infinity } = await asked.catch(() => ({ expiresAt: 0 }));
    // Who comes meanwhile waits for the same answer.
    if (expiresAt < clock.now() + neededMs && latest === asked) latest = resolve();
    try {
      return await latest;
    } catch (error) {
      throw new Error(`it gets no valid credentials any more from the profile ${(error as Error).message}`, {
        cause: error,
      });
    }
  };
}

/** Milliseconds until AWS counts as not reached. */
const patienceMs = 5_000;

/**
 * Keys with a session token have an end, but some profiles don't tell it: AWS does, to whoever asks. Where AWS isn't
 * reached, nothing is known.
 */
async function refuseExpired(sts: STSClient): Promise<void> {
  try {
    await sts.send(new GetCallerIdentityCommand({}), { abortSignal: AbortSignal.timeout(patienceMs) });
  } catch (error) {
    if (kindOf(error) === 'credentials') throw error;
  } finally {
    sts.destroy();
  }
}
