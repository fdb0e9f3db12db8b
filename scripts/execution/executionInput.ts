import { limits, type Configuration, type SystemTestInput } from '../../lib/wire';
import { UserError } from '../userError';

/**
 * The execution's input as JSON. What is undefined is left to the defaults of the construct.
 * @throws UserError where it exceeds the 262,144 bytes that Step Functions takes
 */
export function executionInput(o: {
  configurations?: Configuration[];
  maxConcurrency?: number;
  toleratedFailures?: number | string;
}): string {
  const input: SystemTestInput = {
    ...(o.configurations && { configurations: o.configurations }),
    ...(o.maxConcurrency !== undefined && { max_concurrency: o.maxConcurrency }),
    ...(o.toleratedFailures !== undefined && { tolerated_failures: o.toleratedFailures }),
  };
  const json = JSON.stringify(input);
  const bytes = Buffer.byteLength(json);
  if (bytes > limits.payloadBytes) {
    const [most, got] = [limits.payloadBytes, bytes].map((count) => count.toLocaleString('en-US'));
    throw new UserError(
      `Expected the input to have at most ${most} bytes, which is what Step Functions takes, got ${got}: ` +
        'give fewer configurations or fewer keys in each, and spread them over several runs.',
    );
  }
  return json;
}
