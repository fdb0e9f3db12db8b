/** The public construct library. */
export { SleepyFunction, type SleepyFunctionProps } from './sleepyFunction';
export { SystemTest, type SystemTestProps } from './systemTest';
export { SystemTestStack, type SystemTestStackProps } from './systemTestStack';
export type {
  AggregatedResult,
  Configuration,
  ConfigurationResult,
  ConfigurationStatus,
  Json,
  JsonObject,
  SystemTestInput,
} from './wire';
