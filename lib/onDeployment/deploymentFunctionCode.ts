import { consoleHosts, executionPage } from '../operation/consoles';

/** Characters of UTF-8 that a reason quotes. The answer may take 4,096 bytes, of which its ids and links take 2,000 at most. */
const maxQuotedBytes = 1_000;

/**
 * The function that CloudFormation sends its requests to, and the state machine how the test ended. It starts that state
 * machine under the id of the request, so a request that comes twice starts it once; and answers by the pre-signed URL of
 * the request: at once where there is nothing to test, or it can't be started. An answer that CloudFormation doesn't take
 * is an exception, after which Lambda and the state machine invoke it again.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 *
 * The verdict is what Step Functions says of the execution of this request. Only one that succeeded, with counts and
 * results that agree, passes.
 *
 * Below the 4,096 characters that CloudFormation takes inline.
 */
export const deploymentFunctionCode = `const { SFNClient, DescribeExecutionCommand, StartExecutionCommand } = require('@aws-sdk/client-sfn');

const stepFunctions = new SFNClient();
const consoleHosts = ${JSON.stringify(consoleHosts)};

exports.handler = async ({ request, failure, ...event }) => {
  if (request) return answer(request, await trouble(request, failure));
  if (event.RequestType === 'Delete') return answer(event);
  try {
    await stepFunctions.send(new StartExecutionCommand({
      stateMachineArn: event.ResourceProperties.StateMachineArn,
      name: event.RequestId,
      input: JSON.stringify(event),
    }));
  } catch (error) {
    if (error.name !== 'ExecutionAlreadyExists') await answer(event, 'The system test could not be started: ' + said(error.name, error.message) + '.');
  }
};

/** Why the test did not pass; undefined if it did. */
async function trouble(request, failure) {
  const executionArn = arnOf(request);
  const [, partition, , region] = executionArn.split(':');
  const host = consoleHosts[partition];
  const where = (host ? \` See ${executionPage('${host}', '${region}', '${executionArn}')} or run:\` : ' Run:') + ' system-test report ' + executionArn;
  const noVerdict = (why) => 'The system test gave no verdict, which says nothing about the function: ' + why + '.' + where;
  let ended;
  try {
    ended = await stepFunctions.send(new DescribeExecutionCommand({ executionArn }));
  } catch (error) {
    return noVerdict(failure.Error ? said(failure.Error, failure.Cause) : said(error.name, error.message));
  }
  const { status, error, cause } = ended;
  if (status === 'SUCCEEDED') {
    return isPassed(ended, executionArn) ? undefined : noVerdict('its execution succeeded, but what it says does not agree');
  }
  if (failure.Error === 'States.Timeout') return noVerdict('it took longer than its timeout, and was stopped');
  // What DescribeExecution says may be late: the state machine asks again.
  if (status === 'RUNNING' && !failure.Error) throw new Error('Expected the execution to have ended, got RUNNING.');
  if (status !== 'FAILED') return noVerdict('its execution is ' + said(status, failure.Error));
  return error === 'SystemTestFailed' ? 'The system test failed: ' + said(cause) + '.' + where : noVerdict(said(error, cause) || 'it failed');
}

function isPassed({ executionArn, output }, expectedArn) {
  try {
    const { total, passed, failed, errored, results, results_location: location } = JSON.parse(output);
    const count = (status) => results.filter((result) => result.status === status).length;
    const counted = total > 0 && errored === 0 && Math.min(passed, failed) >= 0 && passed + failed === total;
    const agrees = results ? results.length === total && count('PASSED') === passed && count('FAILED') === failed : location;
    return executionArn === expectedArn && counted && Boolean(agrees);
  } catch {
    return false;
  }
}

/** Texts of others on one line, without control characters and full stop, and cut. */
function said(...parts) {
  const text = parts.filter(Boolean).join(': ').replace(/[\\p{C}\\p{Zl}\\p{Zp}]+/gu, ' ').replace(/\\.$/, '');
  const bytes = Buffer.from(text);
  return bytes.length > ${maxQuotedBytes} ? bytes.subarray(0, ${maxQuotedBytes}).toString().replace(/\\uFFFD$/, '') + '…' : text;
}

function arnOf({ ResourceProperties, RequestId }) {
  return ResourceProperties.SystemTestArn.replace(':stateMachine:', ':execution:') + ':' + RequestId;
}

async function answer(request, Reason) {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId = arnOf(request) } = request;
  const Status = Reason ? 'FAILED' : 'SUCCESS';
  console.log(Status, PhysicalResourceId, Reason);
  const body = JSON.stringify({ Status, Reason, StackId, RequestId, LogicalResourceId, PhysicalResourceId });
  const { ok, status } = await fetch(request.ResponseURL, { method: 'PUT', headers: { 'content-type': '' }, body });
  if (!ok) throw new Error('Expected CloudFormation to take the answer, got HTTP ' + status + '.');
}
`;
