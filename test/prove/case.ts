import type { TestStateConfiguration } from '@aws-sdk/client-sfn';
import type { Json, JsonObject } from '../../lib/wire';
import type { MachineName } from './machines';

/** What one call of TestState has to show. */
export interface ProofCase {
  /** What it shows, as a sentence without its full stop. */
  title: string;
  machine: MachineName;
  state: string;
  input?: Json;
  variables?: JsonObject;
  /** With a mock only. */
  context?: JsonObject;
  /** What a Task or Map comes to: a result that its service's model allows, one of any form, or an error. */
  mock?: { result: Json } | { anyResult: Json } | { error: string; cause?: string };
  stateConfiguration?: TestStateConfiguration;
  /** What comes back at least. */
  expected: Expected;
}

/**
 * What comes back of a case, without what differs between two calls by its nature (see `comparable`): texts of the API that
 * hold JSON are parsed.
 */
export interface Shown {
  status?: string;
  error?: string;
  cause?: string;
  nextState?: string;
  output?: Json;
  variables?: Json;
  afterArguments?: Json;
  afterItemSelector?: Json;
  afterItemBatcher?: Json;
  maxConcurrency?: number;
  toleratedFailureCount?: number;
  toleratedFailurePercentage?: number;
  catchIndex?: number;
  retryIndex?: number;
  /** Name and message where TestState itself refused the call. */
  refused?: string;
}

/** A part of what is shown: of an object some keys, of a text what a RegExp matches. A RegExp for another value matches its JSON. */
export type Expected = { [key in keyof Shown]: Pattern };
export type Pattern = Json | RegExp | undefined | Pattern[] | { [key: string]: Pattern };

/** Makes cases whose state ends with a status, unless they expect another; without, they say it themselves. */
export const casesThat =
  (status?: string) =>
  (machine: MachineName, state: string, title: string, rest: Partial<ProofCase>, expected: Expected): ProofCase => ({
    ...{ machine, state, title },
    ...rest,
    expected: { ...(status !== undefined && { status }), ...expected },
  });

/** All that a context object has, at a time that is far from the clock's. */
export const context: JsonObject = {
  Execution: {
    Id: 'arn:aws:states:us-east-1:123456789012:execution:Proof:one',
    Input: {},
    Name: 'one',
    RoleArn: 'arn:aws:iam::123456789012:role/Proof',
    StartTime: '2001-01-01T00:00:00.000Z',
  },
  State: { Name: 'Proof', EnteredTime: '2001-01-01T00:00:00.000Z', RetryCount: 0 },
  StateMachine: { Id: 'arn:aws:states:us-east-1:123456789012:stateMachine:Proof', Name: 'Proof' },
};
