import type { AggregatedResult, Json } from '../../../lib/wire';
import type { InvokeResult } from '../../../scripts/local/lambda/invoke';
import { behaviours } from '../../behaviours';
import { deployLocally, impatientClock, type LocalSystemTestOptions } from '../../localSystemTest';
import {
  type Ended as Execution,
  type Fixture,
  invokerOf,
  serveMachines,
  stateMachine,
} from '../../scripts/local/stepFunctions/fixture';

/** Serves the state machine with a function of the test's own, where what processes do is not the point. */
export async function serveDefinition(
  props: LocalSystemTestOptions['props'],
  answer: (event: Json) => Partial<InvokeResult>,
): Promise<Fixture> {
  const deployed = await deployLocally({ code: behaviours, props });
  const { definition } = deployed.endpoint.deployment.stateMachines[0]!;
  await deployed.close();
  return await serveMachines([stateMachine(definition)], { invoker: invokerOf(answer), clock: impatientClock });
}

/** Of an execution that has failed. */
export function resultOf({ events }: Execution): AggregatedResult {
  const { input } = events.find(({ type }) => type === 'FailStateEntered')!.stateEnteredEventDetails!;
  return JSON.parse(input!) as AggregatedResult;
}
