import { definedConfigurations } from '../../lib/stateMachine/definedConfigurations';
import type { Connection } from '../aws/connection';
import { isNamed, kindOf, refusedCall, summary } from '../aws/errors';
import { patiently } from '../aws/patience';
import type { Clock } from '../io/clock';
import { UserError } from '../io/userError';

const wayOut = 'name them, or give --configurations FILE';

/**
 * The identifiers of the configurations that the construct has, read from the definition of its state machine: what an
 * execution tests for which none are named.
 * @throws UserError where it has none or they can't be known before the start, NoVerdictError where AWS does not answer
 */
export async function ownConfigurations(
  { api, stateMachineArn }: Pick<Connection, 'api' | 'stateMachineArn'>,
  o: { clock: Clock; stop: AbortSignal },
): Promise<string[]> {
  // DescribeStateMachine is documented for versions; an alias may lead to two, each with a list of its own.
  if (/:stateMachine:[^:]+:(?!\d+$)/.test(stateMachineArn)) {
    throw new UserError(
      `Expected a state machine or a version of it with --grep, got the alias ${stateMachineArn}, which may lead to ` +
        `several lists of configurations: ${wayOut}.`,
    );
  }
  const own = definedConfigurations(await definitionOf());
  if (own === 'LISTED') {
    throw new UserError(
      `Expected configurations for --grep to select from, got none: only ${stateMachineArn} itself reads its list, from ` +
        `a source, when it runs: ${wayOut}.`,
    );
  }
  if (!own || own.length === 0) {
    const why = own ? 'its construct has none' : 'there is no list of a system test in its definition';
    throw new UserError(
      `Expected configurations for --grep to select from, got none of ${stateMachineArn}, as ${why}: ${wayOut}.`,
    );
  }
  return own;

  async function definitionOf(): Promise<string> {
    try {
      return await patiently(() => api.definition(stateMachineArn, o.stop), o);
    } catch (error) {
      const cause = { cause: error };
      if (isNamed(error, 'StateMachineDoesNotExist')) {
        throw new UserError(`Expected a state machine that exists, got none with the ARN ${stateMachineArn}.`, cause);
      }
      if (kindOf(error) === 'denied') {
        throw new UserError(
          `Expected the permission to read the definition of ${stateMachineArn} for --grep to select from, as grantRead ` +
            `gives it, got none: ${wayOut} (${summary(error)}).`,
          cause,
        );
      }
      throw refusedCall(error, `read the definition of ${stateMachineArn}`);
    }
  }
}
