import type { Deployment } from '../app/deployment';
import { ServiceError } from '../http/service';
import { loadDefinition } from './definition/loadDefinition';
import type { LoadedStateMachine } from './execution';
import type { ExpressionSettings } from './expression';

/** The state machines of a deployment. */
export class StateMachines {
  private readonly byArn: ReadonlyMap<string, LoadedStateMachine>;
  private readonly unserved: ReadonlyMap<string, string>;

  /** Throws a UserError for a definition with something in it that isn't supported. */
  constructor(deployment: Deployment, settings: ExpressionSettings) {
    this.unserved = deployment.unserved.stateMachines;
    this.byArn = new Map(
      deployment.stateMachines.map((deployed) => [
        deployed.stateMachineArn,
        { deployed, definition: loadDefinition(deployed.name, deployed.definition, settings) },
      ]),
    );
  }

  /** @throws StateMachineDoesNotExist, InvalidArn, and ValidationException for a machine that can't be served here */
  get(stateMachineArn: string): LoadedStateMachine {
    checkArn(stateMachineArn, 'stateMachine');
    const machine = this.byArn.get(stateMachineArn);
    if (machine) return machine;
    const reason = this.unserved.get(stateMachineArn);
    if (reason !== undefined) {
      const message = `The local endpoint can't serve the state machine ${stateMachineArn}: ${reason}`;
      throw new ServiceError('ValidationException', 400, message);
    }
    throw new ServiceError('StateMachineDoesNotExist', 400, `State Machine Does Not Exist: '${stateMachineArn}'`);
  }

  /** In the order of their names, as AWS lists them. */
  all(): LoadedStateMachine[] {
    return [...this.byArn.values()].sort((a, b) => (a.deployed.name < b.deployed.name ? -1 : 1));
  }
}

/** How many names an ARN has behind the type of its resource; a state machine's may go on with a version. */
const namesInArn = { execution: 2, express: 3, mapRun: 2 };

/** @throws InvalidArn where a text is no ARN at all */
export function checkArnPrefix(arn: string): void {
  if (!arn.startsWith('arn:')) throw new ServiceError('InvalidArn', 400, `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
}

/** @throws InvalidArn where a text can't be the ARN of one of these kinds of resources */
export function checkArn(arn: string, ...kinds: ('stateMachine' | keyof typeof namesInArn)[]): void {
  checkArnPrefix(arn);
  const parts = arn.split(':');
  const [, partition = '', service, region = '', account = '', type, ...names] = parts;
  const kind = kinds.find((one) => one === type);
  const valid =
    partition.startsWith('aws') &&
    service === 'states' &&
    region !== '' &&
    /^\d{12}$/.test(account) &&
    kind !== undefined &&
    (kind === 'stateMachine' ? names.length >= 1 : names.length === namesInArn[kind]) &&
    names.every((name) => name !== '');
  if (!valid) {
    throw new ServiceError('InvalidArn', 400, `Invalid Arn: 'Resource type not valid in this context: ${arn}'`);
  }
}
