import { describeHook } from './hookBehaviour';
import { startLocalInterpreter } from './hookInterpreter';

describeHook(describe, "the local endpoint's interpreter", startLocalInterpreter);
