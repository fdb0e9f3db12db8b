import { ListExecutionsCommand, type HistoryEvent } from '@aws-sdk/client-sfn';
import { executionCounts } from '../../../scripts/cost/executionCounts';
import { ObjectsInMemory } from '../local/stepFunctions/objectsInMemory';
import { historyOf, machine, pass, serveMachines, task } from '../local/stepFunctions/fixture';

const write = {
  Type: 'Task',
  Resource: 'arn:aws:states:::aws-sdk:s3:putObject',
  Arguments: { Bucket: 'results', Key: '{% $states.context.Execution.Name %}', Body: [] },
  Output: '{% $count($states.context.Execution.Input.Items) %}',
  End: true,
};
const single = { StartAt: 'Invoke', States: { Invoke: task({ End: undefined, Next: 'Write' }), Write: write } };
const batch = {
  StartAt: 'Test',
  States: {
    Test: {
      Type: 'Map',
      Items: '{% $states.input.Items %}',
      MaxConcurrency: 1,
      ItemProcessor: { StartAt: 'Invoke', States: { Invoke: task() } },
      Next: 'Write',
    },
    Write: write,
  },
};

/** A machine of the construct's states, without what they say. */
const distributed = (batchSize: number) => {
  const processor = batchSize === 1 ? single : batch;
  return machine({
    Check: pass({ End: undefined, Next: 'Accepted?' }),
    'Accepted?': { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Distribute' }] },
    Distribute: {
      Type: 'Map',
      Label: 'Configurations',
      Items: '{% $states.input %}',
      ...(batchSize > 1 && { ItemBatcher: { MaxItemsPerBatch: batchSize } }),
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...processor },
      Next: 'All passed?',
    },
    'All passed?': { Type: 'Choice', Choices: [{ Condition: '{% true %}', Next: 'Passed' }] },
    Passed: { Type: 'Succeed' },
  });
};

const entered = (events: HistoryEvent[]) => events.filter(({ type }) => type!.endsWith('StateEntered')).length;

test.each([
  [25, 1],
  [25, 10],
  [30, 10],
])('counts what a run of %d configurations takes, %d in a child', async (configurations, batchSize) => {
  const objects = new ObjectsInMemory({ results: {} });
  const fixture = await serveMachines(distributed(batchSize), { objects });
  try {
    const { status, events } = await fixture.run(Array.from({ length: configurations }, (_, index) => index));
    expect(status).toBe('SUCCEEDED');
    const mapRunArn = events.flatMap((event) => event.mapRunStartedEventDetails?.mapRunArn ?? [])[0];
    const { executions = [] } = await fixture.client.send(new ListExecutionsCommand({ mapRunArn, maxResults: 100 }));
    const children = await Promise.all(executions.map(({ executionArn }) => historyOf(fixture.client, executionArn!)));

    expect(executionCounts(configurations, { batchSize, executionType: 'STANDARD' })).toMatchObject({
      children: children.length,
      events: events.length,
      stateTransitions: [events, ...children].reduce((sum, one) => sum + entered(one), 0),
      s3: { puts: Object.keys(objects.buckets.results!).length },
    });
  } finally {
    await fixture.close();
  }
});
