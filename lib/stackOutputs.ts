/**
 * How the descriptions of the outputs begin that a `SystemTest` gives its stack: by them the trigger finds what it tests.
 * Imports neither the SDK nor the CDK.
 */
export const outputDescriptions = {
  stateMachine: 'System test state machine',
  function: 'System test function',
} as const;

/** Whether an output has the ARN of the state machine of a system test. */
export function leadsToSystemTest({ description }: { description?: string }): boolean {
  return description?.startsWith(outputDescriptions.stateMachine) ?? false;
}
