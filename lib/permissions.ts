import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { decryptStatement } from './encryption';
import { DistributedAttributes, ISystemTest } from './iSystemTest';
import { readChildrenStatements } from './stateMachine/distribution';

/** Resources of Step Functions that belong to a state machine. */
export type StatesResource = 'stateMachine' | 'execution' | 'mapRun' | 'express';

/** A system test whose state machine is there, or has yet to be deployed. */
export interface PermittedTest {
  encryptionKey?: IKey;
  distributed?: DistributedAttributes;
  /** ARN of the state machine, or the start of the ARNs of what belongs to it, up to the state machine's name. */
  arnOf: (kind: StatesResource) => string;
}

/** What is permitted of a system test that its own ARN names. */
export function permittedTest(systemTest: ISystemTest): PermittedTest {
  const { encryptionKey, distributed } = systemTest;
  return { encryptionKey, distributed, arnOf: (kind) => arnOf(systemTest, kind) };
}

/** An ARN as `PermittedTest` has it, of a system test whose own ARN may be named. */
export function arnOf({ stateMachine, stateMachineArn, stateMachineName }: ISystemTest, kind: StatesResource): string {
  if (kind === 'stateMachine') return stateMachineArn;
  return Stack.of(stateMachine).formatArn({
    ...stateMachine.env,
    service: 'states',
    resource: kind,
    resourceName: stateMachineName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/**
 * What reading the executions of a system test takes, and the list of configurations in its definition. Which call knows
 * which resource: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
 */
export function readStatements({ encryptionKey, distributed, arnOf }: PermittedTest): iam.PolicyStatement[] {
  return [
    permit(['states:DescribeStateMachine', 'states:ListExecutions'], arnOf('stateMachine')),
    permit(['states:DescribeExecution', 'states:GetExecutionHistory'], `${arnOf('execution')}:*`),
    ...(encryptionKey ? [decryptStatement(arnOf('stateMachine'), encryptionKey)] : []),
    ...(distributed ? readChildrenStatements(distributed, arnOf) : []),
  ];
}

/** What running it takes: to start it, to stop it when the deadline is over, and to read its executions. */
export function runStatements(test: PermittedTest): iam.PolicyStatement[] {
  return [
    permit(['states:StartExecution'], test.arnOf('stateMachine')),
    permit(['states:StopExecution'], `${test.arnOf('execution')}:*`),
    ...readStatements(test),
  ];
}

/** Gives a principal what at least one statement says. */
export function grantStatements(grantee: iam.IGrantable, statements: iam.PolicyStatement[]): iam.Grant {
  return statements
    .map(({ actions, resources, conditions }) =>
      iam.Grant.addToPrincipal({
        grantee,
        actions,
        resourceArns: resources,
        conditions: conditions as Record<string, Record<string, unknown>>,
      }),
    )
    .reduce((all, one) => all.combine(one));
}

function permit(actions: string[], resource: string): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions, resources: [resource] });
}
