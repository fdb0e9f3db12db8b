import { describeWithLocalStack, startLocalStack } from '../../localStack';
import { describeHook } from './hookBehaviour';

describeHook(describeWithLocalStack, "LocalStack's interpreter", startLocalStack);
