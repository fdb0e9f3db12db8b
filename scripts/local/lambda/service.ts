/** Lambda, as far as the local endpoint serves it. */
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { builtFile } from '../../io/builtFile';
import { systemClock, type Clock } from '../../io/clock';
import type { Deployment } from '../app/deployment';
import { json } from '../http/listener';
import { ServiceError, type Service, type ServiceRequest, type ServiceResponse } from '../http/service';
import { Concurrency, defaultConcurrency } from './concurrency';
import { Configurations } from './configuration';
import { EventQueue } from './eventQueue';
import { madeUpAccess, type FunctionAccessSource } from './functionAccess';
import { findFunction, oneOf, type FunctionTarget } from './functionName';
import { runInvocation, type Invocation } from './invocation';
import type { Invoker, InvokeRequest, InvokeResult } from './invoke';
import { logTail } from './log';
import { parseClientContext, parsePayload } from './payload';
import { Sandbox, type SandboxOptions } from './sandbox';
import type { Surroundings } from './runtimes/runtime';
import { Runtimes } from './runtimes/runtimes';
import { SandboxGuard } from './sandboxGuard';
import { killedForMemory as killedBySystem } from './sandboxMemory';
import { closing, SandboxPool, StartSlots } from './sandboxPool';
import { errorResponse, parseOperation } from './wireFormat';

export interface LambdaServiceOptions {
  deployment: Deployment;
  /** For the log's times and the retries of events. A function's timeout is real time: its process is real. */
  clock?: Clock;
  /** How many invocations the account may run at once; default 100. */
  concurrency?: number;
  surroundings: Surroundings;
  /** What runs in a sandbox of Node.js, and the guard; default: `dist/bootstrap.js` of this package. */
  bootstrapFile?: string;
  /** What the functions call AWS with; default: made-up credentials. */
  access?: FunctionAccessSource;
  /** Default: with `surroundings` and `bootstrapFile`. */
  runtimes?: Runtimes;
  /** For the functions' logs while they run; default: the system's (TMPDIR). */
  temporaryFolder?: string;
  /** How many processes the kernel has killed for want of memory; default: as it says. */
  killedForMemory?: () => number;
  /** Gets the log of each invocation when it has ended. */
  log?: (functionName: string, text: string) => void;
}

/** The functions of a deployment, invoked in child processes. */
export class LambdaService implements Service, Invoker {
  private readonly deployment: Deployment;
  private readonly clock: Clock;
  private readonly concurrency: Concurrency;
  private readonly configurations: Configurations;
  private readonly events: EventQueue;
  private readonly sandboxes: Omit<SandboxOptions, 'deployed' | 'version'>;
  private readonly log: LambdaServiceOptions['log'];
  private readonly startSlots = new StartSlots();
  private readonly pools = new Map<string, SandboxPool>();

  private closed = false;

  /** Throws where the bootstrap was not built. */
  constructor(options: LambdaServiceOptions) {
    const { deployment, clock = systemClock, concurrency = defaultConcurrency, surroundings, log } = options;
    const {
      bootstrapFile = builtFile('bootstrap.js'),
      temporaryFolder = tmpdir(),
      killedForMemory = killedBySystem,
      access = madeUpAccess(),
    } = options;
    const { runtimes = new Runtimes({ ...surroundings, bootstrapFile }) } = options;
    this.deployment = deployment;
    this.clock = clock;
    this.concurrency = new Concurrency(concurrency, deployment.functions);
    this.configurations = new Configurations(deployment);
    this.events = new EventQueue(clock);
    this.sandboxes = {
      runtimes,
      guard: new SandboxGuard(bootstrapFile),
      surroundings,
      access,
      clock,
      temporaryFolder,
      killedForMemory,
    };
    this.log = log;
  }

  async handle(request: ServiceRequest, requestId: string): Promise<ServiceResponse> {
    try {
      return await this.answer(request, requestId);
    } catch (error) {
      if (error instanceof ServiceError) return errorResponse(error);
      throw error;
    }
  }

  async invoke(request: InvokeRequest): Promise<InvokeResult> {
    return this.invokeFunction(request, randomUUID());
  }

  /** Stops all sandboxes, also those that run something. */
  async close(): Promise<void> {
    this.closed = true;
    this.sandboxes.runtimes.close();
    await Promise.all([...[...this.pools.values()].map((pool) => pool.close()), this.events.close()]);
    await this.sandboxes.guard.close();
  }

  private async answer(request: ServiceRequest, requestId: string): Promise<ServiceResponse> {
    const operation = parseOperation(request);
    if (operation.name === 'ListFunctions') return json(200, await this.configurations.listFunctions(request.query));
    const qualifier = request.query.get('Qualifier') ?? undefined;
    if (operation.name === 'Invoke') {
      return this.answerInvoke(operation.functionName, qualifier, request, requestId);
    }
    const target = findFunction(this.deployment, operation.functionName, qualifier);
    return json(200, await this.configurations[configurationCalls[operation.name]](target));
  }

  private async answerInvoke(
    functionName: string,
    qualifier: string | undefined,
    { headers, body }: ServiceRequest,
    requestId: string,
  ): Promise<ServiceResponse> {
    const result = await this.invokeFunction(
      {
        functionName,
        qualifier,
        invocationType: oneOf('invocationType', headers['x-amz-invocation-type'], invocationTypes),
        logType: oneOf('logType', headers['x-amz-log-type'], logTypes),
        payload: body,
      },
      requestId,
      parseClientContext(headers['x-amz-client-context']),
    );
    const { statusCode, executedVersion, functionError, logResult, payload } = result;
    return {
      status: statusCode,
      headers: {
        ...(statusCode === 200
          ? { 'content-type': 'application/json', 'x-amz-executed-version': executedVersion }
          : {}),
        ...(functionError === undefined ? {} : { 'x-amz-function-error': functionError }),
        ...(logResult === undefined ? {} : { 'x-amz-log-result': logResult }),
      },
      body: payload,
    };
  }

  private async invokeFunction(
    request: InvokeRequest,
    requestId: string,
    clientContext?: string,
  ): Promise<InvokeResult> {
    if (this.closed) throw closing();
    const { invocationType = 'RequestResponse', logType = 'None' } = request;
    const target = findFunction(this.deployment, request.functionName, request.qualifier);
    const { deployed, version } = target;
    const payload = parsePayload(request.payload, invocationType);
    const invocation = { deployed, version, requestId, invokedFunctionArn: target.arn, payload, clientContext };
    const accepted = { executedVersion: version, payload: Buffer.alloc(0), requestId };
    if (invocationType === 'DryRun') return { ...accepted, statusCode: 204 };
    if (invocationType === 'Event') {
      this.events.add(async () => !(await this.run(invocation, target)).failed);
      return { ...accepted, statusCode: 202 };
    }
    const result = await this.run(invocation, target);
    return {
      ...accepted,
      statusCode: 200,
      functionError: result.failed ? 'Unhandled' : undefined,
      logResult: logType === 'Tail' ? logTail(result.log) : undefined,
      payload: result.payload,
    };
  }

  private async run(invocation: Invocation, target: FunctionTarget): ReturnType<typeof runInvocation> {
    const leave = this.concurrency.enter(target.deployed);
    try {
      const result = await runInvocation(invocation, this.poolOf(target), this.clock);
      this.log?.(target.deployed.functionName, result.log.toString());
      return result;
    } finally {
      leave();
    }
  }

  private poolOf({ deployed, version }: FunctionTarget): SandboxPool {
    const key = `${deployed.functionArn}:${version}`;
    const start = () => Sandbox.start({ ...this.sandboxes, deployed, version });
    const pool = this.pools.get(key) ?? new SandboxPool(start, this.startSlots);
    this.pools.set(key, pool);
    return pool;
  }
}

const invocationTypes = ['RequestResponse', 'Event', 'DryRun'] as const;
const logTypes = ['None', 'Tail'] as const;
const configurationCalls = {
  GetFunction: 'getFunction',
  GetFunctionConfiguration: 'getFunctionConfiguration',
} as const;
