import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { SystemTest, SystemTestHook } from '../../../lib';
import { type Configuration, limits, type SystemTestInput } from '../../../lib/wire';
import { behaviours } from '../../behaviours';
import { deployLocally, type LocalSystemTest } from '../../localSystemTest';
import { type Call, type FaultOf, type Proxy, startProxy } from '../../proxy';
import type { Interpreter } from '../../localStack';
import { execute } from './hookInterpreter';
import { textOf } from '../templates';
import { newDeployment } from '../templateVariants';

/** The definition of a hook that runs a system test with this input. */
function hookOf(stateMachineArn: string, input: SystemTestInput): string {
  const stack = new Stack(new App(), 'Stack');
  const { alias, deploymentGroup } = newDeployment(stack);
  const systemTest = new SystemTest(stack, 'SystemTest', { function: alias.version });
  const hook = new SystemTestHook(stack, 'Hook', { alias, deploymentGroup, systemTest, input });
  const { DefinitionString } = Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine')[
    stack.getLogicalId(hook.stateMachine.node.defaultChild as never)
  ]!.Properties as { DefinitionString: unknown };
  return textOf(DefinitionString)
    .replaceAll('<AWS::Partition>', 'aws')
    .replaceAll(/<SystemTestStateMachine\w+>/g, stateMachineArn);
}

/**
 * What a hook does, executed by an interpreter whose tasks call AWS at an endpoint of the test.
 * @param start gets the URL of that endpoint
 */
// eslint-disable-next-line jest/no-export -- two files run them, one of them in CI
export function describeHook(
  describeInterpreter: (name: string, tests: () => void) => void,
  name: string,
  start: (url: string) => Promise<Interpreter>,
): void {
  describeInterpreter(`A hook, executed by ${name},`, () => {
    let local: LocalSystemTest;
    let aws: Proxy;
    let interpreter: Interpreter;
    let faultOf: FaultOf;

    beforeAll(async () => {
      local = await deployLocally({ code: behaviours });
      aws = await startProxy(local.endpoint.url, (call) => faultOf(call));
      interpreter = await start(aws.url);
    });
    afterAll(async () => {
      await interpreter.close();
      await aws.close();
      await local.close();
    });

    /** Runs the hook of the deployment d-ABC; the system test of these configurations runs on the local endpoint. */
    async function deploy(
      configurations: Configuration[],
      options: { fault?: FaultOf; edit?: (definition: string) => string } = {},
    ) {
      const { fault = () => undefined, edit = (definition: string) => definition } = options;
      faultOf = (call) =>
        fault(call) ??
        (call.operation === 'PutLifecycleEventHookExecutionStatus'
          ? { status: 200, contentType: 'application/x-amz-json-1.1', body: '{}' }
          : undefined);
      const before = aws.calls.length;
      const { stateMachineArn } = local.endpoint.deployment.stateMachines[0]!;
      const hook = await interpreter.deploy(edit(hookOf(stateMachineArn, { configurations })));
      const { status, error, cause } = await execute(hook, 'd-ABC', {
        deployment_id: 'd-ABC',
        hook_execution_id: 'h-1',
      });
      const bodiesOf = (operation: string) =>
        aws.calls
          .slice(before)
          .filter((call) => call.operation === operation)
          .map(({ body }) => JSON.parse(body) as Record<string, string>);
      return {
        status,
        error,
        cause,
        reported: bodiesOf('PutLifecycleEventHookExecutionStatus'),
        started: bodiesOf('StartExecution'),
        hookArn: `${hook.stateMachineArn.replace(':stateMachine:', ':execution:')}:d-ABC`,
      };
    }

    const reports = (...statuses: string[]) =>
      statuses.map((status) => ({ deploymentId: 'd-ABC', lifecycleEventHookExecutionId: 'h-1', status }));
    const isDescribe = ({ operation }: Call) => operation === 'DescribeExecution';
    const isReport = ({ operation }: Call) => operation === 'PutLifecycleEventHookExecutionStatus';
    const stop = (call: Call) =>
      local.client.send(new StopExecutionCommand(JSON.parse(call.body) as { executionArn: string }));
    /** As Step Functions answers with it. */
    const described = (change: (answer: Record<string, string>) => object) => (call: Call) =>
      isDescribe(call) ? { rewrite: change as (answer: never) => unknown } : undefined;

    it('lets the traffic move after a test that passed, and only then', async () => {
      expect(await deploy(['a', 'b'])).toMatchObject({ status: 'SUCCEEDED', reported: reports('Succeeded') });
    });

    it('tests the configurations of its input once, linked to its own execution in the console', async () => {
      const { started, hookArn } = await deploy(['a', 'b']);
      expect(started).toHaveLength(1);
      expect(JSON.parse(started[0]!.input!)).toEqual({
        configurations: ['a', 'b'],
        AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: hookArn,
      });
    });

    it('passes on as it stands what looks like an expression', async () => {
      const note = String.raw`"quoted" \ 'single' é %} ` + '\n\u0000';
      const hostile = { configuration_identifier: 'a', '{% 1 %}': '{% $states.context.Execution.Id %}', note };
      const { status, started } = await deploy([hostile]);
      expect(status).toBe('SUCCEEDED');
      expect(JSON.parse(started[0]!.input!)).toMatchObject({ configurations: [hostile] });
    });

    it('keeps the traffic after a test that failed, and says why', async () => {
      const { status, error, cause, reported } = await deploy(['a', 'raises']);
      expect({ status, error, reported }).toEqual({
        status: 'FAILED',
        error: 'SystemTestNotPassed',
        reported: reports('Failed'),
      });
      expect(cause).toMatch(/^States\.TaskFailed: \{/);
      expect(cause).toContain('1 of 2 configurations failed the system test: raises');
    });

    it('keeps the traffic after a test that was aborted', async () => {
      const fault = (call: Call) => (isDescribe(call) ? stop(call).then(() => undefined) : undefined);
      expect(await deploy(['hangs'], { fault })).toMatchObject({
        status: 'FAILED',
        cause: expect.stringContaining('ABORTED'),
        reported: reports('Failed'),
      });
    });

    it('keeps the traffic after a test that timed out', async () => {
      const fault = described((answer) =>
        answer.status === 'SUCCEEDED' ? { ...answer, status: 'TIMED_OUT', output: undefined } : answer,
      );
      expect(await deploy(['a'], { fault })).toMatchObject({
        status: 'FAILED',
        cause: expect.stringContaining('TIMED_OUT'),
        reported: reports('Failed'),
      });
    });

    it('keeps the traffic where the test takes longer than the hook may', async () => {
      const edit = (definition: string) => definition.replace('"TimeoutSeconds":3300', '"TimeoutSeconds":1');
      expect(await deploy(['hangs'], { edit })).toMatchObject({
        status: 'FAILED',
        cause: 'States.Timeout',
        reported: reports('Failed'),
      });
    });

    it('keeps the traffic where the test cannot be started', async () => {
      const fault = ({ operation }: Call) =>
        operation === 'StartExecution' ? { answer: 400, type: 'AccessDeniedException', message: 'not you' } : undefined;
      expect(await deploy(['a'], { fault })).toMatchObject({
        status: 'FAILED',
        cause: expect.stringMatching(/^StepFunctions\.\w*AccessDeniedException.*not you/),
        reported: reports('Failed'),
      });
    });

    it('keeps the traffic where the result is larger than a state may have', async () => {
      const output = JSON.stringify({ padding: 'x'.repeat(300_000) });
      const fault = described((answer) => (answer.status === 'SUCCEEDED' ? { ...answer, output } : answer));
      expect(await deploy(['a'], { fault })).toMatchObject({
        status: 'FAILED',
        cause: expect.stringMatching(/^States\.DataLimitExceeded/),
        reported: reports('Failed'),
      });
    });

    it.each([
      ['Succeeded', 'a', 'SUCCEEDED'],
      ['Failed', 'raises', 'FAILED'],
    ])('tries five times more to report %s', async (said, configuration, status) => {
      let refused = 0;
      const fault = (call: Call) =>
        isReport(call) && (refused += 1) <= 5 ? { answer: 400, type: 'ThrottlingException' } : undefined;
      expect(await deploy([configuration], { fault })).toMatchObject({
        status,
        reported: reports(said, said, said, said, said, said),
      });
    });

    it('has not passed where the report never arrives', async () => {
      const fault = (call: Call) => (isReport(call) ? { answer: 400, type: 'ThrottlingException' } : undefined);
      const { status, reported } = await deploy(['a'], { fault });
      expect({ status, reports: reported.length }).toEqual({ status: 'FAILED', reports: 6 });
    });

    it('cuts the longest cause to what Step Functions takes', async () => {
      const long = 'x'.repeat(limits.causeLength);
      const fault = described((answer) => (answer.status === 'FAILED' ? { ...answer, cause: long } : answer));
      const { status, cause, reported } = await deploy(['raises'], { fault });
      expect({ status, reported }).toEqual({ status: 'FAILED', reported: reports('Failed') });
      expect(cause).toHaveLength(limits.causeLength);
      expect(cause).toContain('x'.repeat(10_000));
    });
  });
}
