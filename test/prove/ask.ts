import { SFNClient, SFNServiceException, TestStateCommand, type TestStateCommandInput } from '@aws-sdk/client-sfn';
import { refusedCall, summary } from '../../scripts/aws/errors';
import type { ProofCase, Shown } from './case';
import { comparable } from './comparison';
import type { MachineName } from './machines';

/** What TestState shows of a case. */
export type Ask = (proofCase: ProofCase) => Promise<Shown>;

/** What TestState says where it is the request that it refuses (API reference): that too is an answer. */
const refusals = new Set(['InvalidArn', 'InvalidDefinition', 'InvalidExecutionInput', 'ValidationException']);

/**
 * Asks by a client, one state a call. A role is needed for none of the cases: tasks are mocked.
 * @throws UserError without credentials or Region, NoVerdictError where the call is not permitted or not answered
 */
export function asking(client: SFNClient, machines: Record<MachineName, string>, roleArn?: string): Ask {
  return async (proofCase) => {
    try {
      const request = requestOf(proofCase, machines[proofCase.machine]);
      return comparable(
        await client.send(new TestStateCommand({ ...request, roleArn })),
        proofCase.context !== undefined,
      );
    } catch (error) {
      if (error instanceof SFNServiceException && refusals.has(error.name)) return { refused: summary(error) };
      throw refusedCall(error, 'test a state, which takes the permission states:TestState');
    }
  };
}

function requestOf(proofCase: ProofCase, definition: string): TestStateCommandInput {
  const { state: stateName, input = {}, variables, context, mock } = proofCase;
  // LocalStack's TestState takes no error without it.
  const { stateConfiguration = mock && 'error' in mock ? { retrierRetryCount: 0 } : undefined } = proofCase;
  return {
    ...{ definition, stateName, stateConfiguration, inspectionLevel: 'DEBUG', input: JSON.stringify(input) },
    ...(variables && { variables: JSON.stringify(variables) }),
    ...(context && { context: JSON.stringify(context) }),
    ...(mock && { mock: mockOf(mock) }),
  };
}

function mockOf(mock: NonNullable<ProofCase['mock']>): TestStateCommandInput['mock'] {
  if ('error' in mock) return { errorOutput: mock };
  return 'result' in mock
    ? { result: JSON.stringify(mock.result) }
    : { result: JSON.stringify(mock.anyResult), fieldValidationMode: 'NONE' };
}
