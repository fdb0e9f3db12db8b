import { EventPattern } from 'aws-cdk-lib/aws-events';
import { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';

/** How an execution ends. */
export type EndStatus = 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/**
 * The events of executions of this state machine that end so. Step Functions delivers them at best effort.
 * https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-states.html
 *
 * @param error matches the name of the error, in the terms of EventBridge's content filtering
 */
export function executionEvents(stateMachine: IStateMachine, statuses: EndStatus[], error?: unknown[]): EventPattern {
  return {
    source: ['aws.states'],
    detailType: ['Step Functions Execution Status Change'],
    detail: { stateMachineArn: [stateMachine.stateMachineArn], status: statuses, ...(error && { error }) },
  };
}
