import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { callObserver, promptClientConfig, type AwsOptions } from './clientConfig';
import { UnusableAnswerError } from './errors';

/** An output of a stack. */
export interface StackOutput {
  key: string;
  value: string;
  description: string;
}

/**
 * Reads the outputs of a stack with DescribeStacks. Errors are the SDK's own; an unknown stack is a `ValidationError`.
 * @param stackName name or ARN
 */
export async function stackOutputs(stackName: string, options: AwsOptions): Promise<StackOutput[]> {
  const client = new CloudFormationClient(promptClientConfig(options));
  client.middlewareStack.add(callObserver(options.onCall), { step: 'deserialize' });
  try {
    const { Stacks: stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    const [stack] = stacks;
    if (!stack) throw new UnusableAnswerError(`The answer of CloudFormation has no stack ${stackName}.`);
    return (stack.Outputs ?? []).map((output) => ({
      key: output.OutputKey ?? '',
      value: output.OutputValue ?? '',
      description: output.Description ?? '',
    }));
  } finally {
    client.destroy();
  }
}
