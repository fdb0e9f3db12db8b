import type { InspectionData } from '@aws-sdk/client-sfn';
import type { Json, JsonObject } from '../../../lib/wire';
import type { Branch } from './branch';
import type { DistributedMapState, Exit, State, StateGraph } from './definition/definition';
import type { Document } from './document';
import type { Bindings } from './expression';
import type { Services } from './integrations/integration';
import { EvaluationFailure, InterpreterFailure, StateFailure } from './failure';
import type { MapRun, MapRunSettings } from './mapRun/mapRun';

/** What all states of an execution share. */
export interface Runtime extends Services {
  /** From 0 inclusive to 1 exclusive, for the jitter of retries. */
  random: () => number;
  region: string;
  /**
   * After how many seconds without an answer the client of the SDK integration gives up with
   * `Lambda.SdkClientException` and the like, while the invocation goes on; undefined: never. The AWS SDK for Java gives up by
   * default; whether Step Functions has it configured to wait as long as a function may run is neither documented nor
   * recorded.
   */
  sdkReadTimeoutSeconds?: number;
  /** The context object as far as it is the same everywhere: `Execution` and `StateMachine`. */
  context: JsonObject;
  /** Starts the Map Run of a Distributed Map of this execution. */
  startMapRun: (state: DistributedMapState, settings: MapRunSettings) => MapRun;
}

/** Runs the states of a graph on a branch and gives the output of the last one. */
export type RunGraph = (graph: StateGraph, input: Document, branch: Branch, runtime: Runtime) => Promise<Document>;

/** What a state has done, before its Output and Assign are evaluated. */
export interface Outcome {
  exit: Exit;
  /** Of a Task, Map or Parallel: `$states.result`, and the output where the state sets no other. */
  result?: Document;
  /** The event that the exit follows; default: the last of the branch. */
  exitsFrom?: number;
}

/** What TestState says of a visit that it makes, and what it gets to know. */
export interface Trial {
  /** In the place of what a Task calls, or a Map or Parallel runs. Throws a StateFailure. */
  mock?: () => Json;
  /** The whole context object, but for the item of a Map; default: that of the visit. */
  context?: JsonObject;
  /** How often the Retry that is meant has tried again. */
  retryCount: number;
  /** How many iterations of a Distributed Map have failed. */
  failedIterations: number;
  inspection: InspectionData;
}

/** One visit to a state. */
export class StateRun {
  /** How often the visit was tried again. */
  retryCount = 0;
  /** The last Map Run of a Distributed Map, and the event that it follows. */
  mapRun?: { mapRun: MapRun; startedEventId: number };
  /** The one that a redriven execution goes on with. */
  redrivenMapRun?: StateRun['mapRun'];

  constructor(
    readonly state: State,
    readonly input: Document,
    readonly branch: Branch,
    readonly runtime: Runtime,
    readonly enteredEventId: number,
    readonly runGraph: RunGraph,
    readonly trial?: Trial,
    private readonly enteredTime = new Date(runtime.clock.now()).toISOString(),
  ) {}

  /** The same visit in a redriven execution: the state is not entered again. */
  resumed(branch: Branch, runtime: Runtime): StateRun {
    const { state, input, enteredEventId, runGraph, enteredTime, mapRun } = this;
    const resumed = new StateRun(state, input, branch, runtime, enteredEventId, runGraph, undefined, enteredTime);
    resumed.redrivenMapRun = mapRun;
    return resumed;
  }

  /** What the fields of the state can refer to. */
  bindings(more: { result?: Json; errorOutput?: Json; item?: JsonObject } = {}): Bindings {
    const { result, errorOutput, item = this.branch.item?.context } = more;
    const State: JsonObject = { Name: this.state.name, EnteredTime: this.enteredTime };
    // Recorded: other states have no count.
    if ('retry' in this.state) State.RetryCount = this.retryCount;
    return {
      states: {
        input: this.input.value,
        context: { ...(this.trial?.context ?? { ...this.runtime.context, State }), ...(item && { Map: item }) },
        ...(result !== undefined && { result }),
        ...(errorOutput !== undefined && { errorOutput }),
      },
      variables: this.branch.variables,
    };
  }

  /** Tells TestState of it, where that makes the visit. */
  inspect(data: InspectionData): void {
    if (this.trial) Object.assign(this.trial.inspection, data);
  }

  /**
   * The failure as it is reported: one that the interpreter raised gets the state in front, and a failed expression
   * leaves an event.
   */
  report(failure: StateFailure): StateFailure {
    if (!(failure instanceof InterpreterFailure)) return failure;
    const { errorName: error, causeText } = failure;
    const { name } = this.state;
    const where = `An error occurred while executing the state '${name}' (entered at the event id #${this.enteredEventId}).`;
    const cause = `${where} ${causeText}`;
    if (failure instanceof EvaluationFailure) {
      const { location } = failure;
      this.branch.record('EvaluationFailed', { evaluationFailedEventDetails: { error, cause, location, state: name } });
    }
    return new StateFailure(error, cause);
  }
}
