/** What the stacks of a cloud assembly become on this machine. */
export interface Deployment {
  /** Twelve digits. */
  account: string;
  region: string;
  stacks: DeployedStack[];
  /** Name or ARN of the stack to test, where there is a choice to make. */
  chosenStack?: string;
  functions: DeployedFunction[];
  stateMachines: DeployedStateMachine[];
  /** The names of the buckets. */
  buckets: string[];
  unserved: Unserved;
}

/** What the app holds and can't be served here, each with the reason. Calls that name it are refused with that reason. */
export interface Unserved {
  /** By name. */
  stacks: Map<string, string>;
  /** By name. */
  functions: Map<string, string>;
  /** By ARN. */
  stateMachines: Map<string, string>;
}

/** A CloudFormation stack. */
export interface DeployedStack {
  stackName: string;
  stackId: string;
  description?: string;
  createdAt: Date;
  parameters: { key: string; value: string }[];
  outputs: { key: string; value: string; description?: string; exportName?: string }[];
  resources: { logicalId: string; physicalId: string; type: string }[];
  tags: Record<string, string>;
}

/** A Lambda function from its bundle. */
export interface DeployedFunction {
  functionName: string;
  /** Without a qualifier. */
  functionArn: string;
  /** `nodejs24.x`, `python3.13` and so on. */
  runtime: string;
  /** `index.handler` */
  handler: string;
  /** The folder with the unpacked code. */
  codeDirectory: string;
  /** The folder with its layers, merged: what is `/opt` on Lambda; undefined without any. */
  layersDirectory?: string;
  /** The layers in it. */
  layers?: DeployedLayer[];
  /** What it lacks here of what it has on Lambda: `the layer arn:…`, `the extension collector`. */
  leftOut?: string[];
  description: string;
  /** 1 to 900. */
  timeoutSeconds: number;
  /** 128 to 10240. */
  memoryMb: number;
  /** The variables that it runs with. */
  environment: Record<string, string>;
  /** The same as the template has them, for all to see; default: what it runs with. */
  declaredEnvironment?: Record<string, string>;
  roleArn: string;
  architectures: string[];
  /** How many invocations may run at once; undefined: the account's limit. 0 throttles every call. */
  reservedConcurrentExecutions?: number;
  logGroupName: string;
  logFormat: 'Text' | 'JSON';
  tracing: 'Active' | 'PassThrough';
  /** Published versions (`1`) and aliases, each with the version it points to. */
  versions: string[];
  aliases: Record<string, string>;
  tags: Record<string, string>;
  lastModified: Date;
}

/** A version of a Lambda layer. */
export interface DeployedLayer {
  arn: string;
  /** Bytes of all files. */
  codeSize: number;
}

/** A Step Functions state machine. */
export interface DeployedStateMachine {
  stateMachineArn: string;
  name: string;
  /** The definition as JSON text, tokens resolved. */
  definition: string;
  roleArn: string;
  /** Express machines aren't served. */
  type: 'STANDARD';
  /** With the names of the API, such as `includeExecutionData`. */
  loggingConfiguration?: unknown;
  tracingEnabled: boolean;
  createdAt: Date;
  tags: Record<string, string>;
}
