import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { jsonata } from '../stateMachine/jsonata';
import { PageExpressions } from '../stateMachine/listingExpressions';

/** An argument that asks for the next page. On the first one it is null, which is as if it were not given (recorded). */
export const nextToken = jsonata('$listing.next_token');

/** How a state machine reads configurations into the variable `listing`, a page at a time. */
export interface Listing {
  /** As messages name it: `s3://bucket/key`. */
  readonly name: string;
  /** How many pages are read at the most, each by a task. */
  readonly maxPages: number;
  /** What an answer comes to. */
  readonly page: PageExpressions;
  /** Errors that pass by themselves. */
  readonly transientErrors: readonly string[];
  /** Throws where the system test can't read it. */
  validate(scope: Construct): void;
  /** Reads the page that `$listing.next_token` names, the first where that is null. */
  task(scope: Construct, id: string, props: sfn.TaskStateJsonataBaseProps): sfn.TaskStateBase;
  /** Undefined where a Distributed Map can't read it by itself. */
  readonly itemReader?: ItemReading;
}

/** How a Distributed Map reads the same by itself. */
export interface ItemReading {
  /** As messages name it: `s3://bucket/key`. */
  readonly name: string;
  /** Renders the ItemReader of the state. */
  readonly reader: sfn.IItemReader;
  /** JSONata by which an item, the variable `$item`, becomes a configuration; `false` where it can't. Default: as it is. */
  readonly configuration?: string;
  /** What the state machine's role has to be permitted. */
  readonly permits: iam.PolicyStatement[];
}
