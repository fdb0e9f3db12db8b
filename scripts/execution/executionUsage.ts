import type { HistoryEvent } from '../aws/stepFunctions';
import { memoryMbOf } from '../cost/reportedMemory';
import { parseJson } from './jsonText';

/** What an execution costs by, as its history tells it. */
export class ExecutionUsage {
  /** The function's memory, as the log of an invocation tells it. Undefined until one does. */
  memoryMb: number | undefined;
  private readonly counted = { statesEntered: 0, tasksEntered: 0, tasksScheduled: 0 };

  apply({ type, taskSucceededEventDetails: succeeded }: HistoryEvent): void {
    this.counted.statesEntered += type?.endsWith('StateEntered') ? 1 : 0;
    this.counted.tasksEntered += type === 'TaskStateEntered' ? 1 : 0;
    this.counted.tasksScheduled += type === 'TaskScheduled' ? 1 : 0;
    if (succeeded) {
      this.memoryMb ??= memoryMbOf(parseJson(succeeded.output));
    }
  }

  /**
   * State transitions, which Step Functions charges for: a state that was entered is one, and so is each attempt of a
   * task after its first (https://aws.amazon.com/step-functions/pricing/).
   */
  stateTransitions(): number {
    const { statesEntered, tasksEntered, tasksScheduled } = this.counted;
    return statesEntered + Math.max(0, tasksScheduled - tasksEntered);
  }
}
