/** The public construct library. */
export type { SystemTestAttributes } from './importedSystemTest';
export type { DistributedAttributes, ISystemTest } from './iSystemTest';
export { acknowledgeHookNagFindings, acknowledgeNagFindings } from './nagFindings';
export { PipelineStack, type PipelineStackProps } from './pipeline/pipelineStack';
export { SystemTestAction, type SystemTestActionProps } from './pipeline/systemTestAction';
export { SystemTestActionStep, type SystemTestActionStepProps } from './pipeline/systemTestActionStep';
export { SystemTestStep, type SystemTestStepProps } from './pipeline/systemTestStep';
export { ConfigurationSource } from './sources/configurationSource';
export type { DynamoDbOptions } from './sources/dynamoDb';
export type { S3ObjectOptions } from './sources/s3Object';
export { SleepyFunction, type SleepyFunctionProps } from './sleepyFunction';
export { SystemTest, type SystemTestAlarmOptions, type SystemTestProps } from './systemTest';
export { SystemTestDashboard, type SystemTestDashboardProps } from './operation/systemTestDashboard';
export { SystemTestHook, type SystemTestHookProps } from './beforeTraffic/systemTestHook';
export { SystemTestMode, type DistributedOptions } from './systemTestMode';
export { SystemTestNotification, type SystemTestNotificationProps } from './operation/systemTestNotification';
export { SystemTestQueries, type SystemTestQueriesProps } from './operation/systemTestQueries';
export { SystemTestStack, type SystemTestStackProps } from './systemTestStack';
export type {
  AggregatedResult,
  Configuration,
  ConfigurationInput,
  ConfigurationResult,
  ConfigurationStatus,
  DistributedResult,
  Json,
  JsonObject,
  ResultsLocation,
  SystemTestInput,
} from './wire';
