import { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { IChainable } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { Configuration, wireConfigurations } from '../configuration';
import { dynamoDbListing, DynamoDbOptions } from './dynamoDb';
import { listerListing } from './lister';
import { ItemReading, Listing } from './listing';
import { listingStates, ListingProps } from './listingStates';
import { s3ObjectListing, S3ObjectOptions } from './s3Object';
import { s3PrefixListing } from './s3Prefix';
import { ssmPathListing } from './ssmPath';
import { expectConfigurations, expectRoomInTemplate } from '../validation';
import * as wire from '../wire';

/**
 * Where a system test has its configurations from: what an execution with the input `{}` tests, and what others select
 * from by identifiers.
 *
 * @example
 * import { Stack } from 'aws-cdk-lib';
 * import * as lambda from 'aws-cdk-lib/aws-lambda';
 * import * as s3 from 'aws-cdk-lib/aws-s3';
 * import { ConfigurationSource, SystemTest, SystemTestMode } from 'lambda-system-test';
 *
 * declare const stack: Stack;
 * declare const reports: lambda.Function;
 * declare const bucket: s3.Bucket;
 *
 * new SystemTest(stack, 'SystemTest', {
 *   function: reports,
 *   source: ConfigurationSource.s3Object(bucket, 'customers.csv'),
 *   mode: SystemTestMode.AUTO,
 * });
 */
export abstract class ConfigurationSource {
  /**
   * These configurations; what the prop `configurations` is short for. Identifiers have 1 to 1,024 characters and are
   * known when the app is synthesized; all take at most 128 KiB of JSON.
   */
  public static list(configurations: (string | Configuration)[]): ConfigurationSource {
    return new ConfigurationList(wireConfigurations(configurations));
  }

  /**
   * Those that a function lists, a version or an alias too, in the account and Region of the stack. The state machine
   * invokes it at the start of each execution with `{"list_configurations": true, "system_test": true, "next_token": null}`. It
   * returns `{"configurations": […], "next_token": "…"}` and is invoked again with that token until it returns none, at
   * most 50 times. It lists at least one configuration, each once, at most 128 KiB of JSON, and at most 954 with five
   * retries. Where it raises, or returns anything else, the execution fails with `SystemTestListingFailed` and tests
   * nothing.
   */
  public static lister(lister: IFunction): ConfigurationSource {
    return new Listed(listerListing(lister));
  }

  /**
   * Those in an S3 object, whose key says how: a JSON array (`.json`), JSON Lines (`.jsonl`, `.ndjson`) or CSV with a
   * header (`.csv`). The bucket is in the Region of the stack. The state machine reads the object at the start of each
   * execution, which fails with `SystemTestListingFailed` and tests nothing where there is no list to be read: at least
   * one configuration, each once.
   */
  public static s3Object(bucket: IBucket, key: string, options: S3ObjectOptions = {}): ConfigurationSource {
    return new Listed(s3ObjectListing(bucket, key, options));
  }

  /**
   * Those that objects in S3 are: each has the rest of its key after the prefix for an identifier. Keys that end in a slash
   * are folders, and none. The bucket is in the Region of the stack. The state machine lists the first 10,000 objects.
   */
  public static s3Prefix(bucket: IBucket, prefix: string): ConfigurationSource {
    return new Listed(s3PrefixListing(bucket, prefix));
  }

  /**
   * Those that parameters of Systems Manager are, at any depth under a path such as `/feeds/`: each has the rest of its
   * name for an identifier. Their values are not used, and not decrypted. The state machine lists the first 1,000.
   */
  public static ssmPath(path: string): ConfigurationSource {
    return new Listed(ssmPathListing(path));
  }

  /**
   * Those that the distinct values of an attribute are, texts or numbers, in a DynamoDB table or one of its indexes, in the
   * account and Region of the stack. Items without the attribute don't count. The state machine reads the first 10,000
   * items by Scan.
   */
  public static dynamoDb(table: ITable, attribute: string, options: DynamoDbOptions = {}): ConfigurationSource {
    return new Listed(dynamoDbListing(table, attribute, options));
  }

  /**
   * Undefined where the state machine lists them at each execution.
   * @internal
   */
  public abstract readonly _configurations?: readonly wire.Configuration[];

  /**
   * How many pages the state machine reads at the most, each by a task.
   * @internal
   */
  public abstract readonly _maxPages: number;

  /**
   * How a Distributed Map reads them by itself; undefined where it can't.
   * @internal
   */
  public readonly _itemReader?: ItemReading;

  /**
   * Throws where the system test can't have this source.
   * @internal
   */
  public abstract _validate(scope: Construct, maxConfigurations: number): void;

  /**
   * Puts the states that list the configurations, if any, before `next`; permits what they do to the state machine.
   * @internal
   */
  public abstract _before(scope: Construct, next: IChainable, props: ListingProps): IChainable;
}

/** @throws where a system test is given both the source and its short form */
export function sourceOf(
  scope: Construct,
  { configurations, source }: { configurations?: (string | Configuration)[]; source?: ConfigurationSource },
): ConfigurationSource | undefined {
  if (!configurations) return source;
  if (source) {
    throw new TypeError(
      `Expected ${scope.node.path} to have configurations or a source, got both: configurations is short for ConfigurationSource.list.`,
    );
  }
  return ConfigurationSource.list(configurations);
}

class ConfigurationList extends ConfigurationSource {
  public readonly _maxPages = 0;

  constructor(public readonly _configurations: readonly wire.Configuration[]) {
    super();
  }

  public _validate(scope: Construct, maxConfigurations: number): void {
    expectConfigurations(scope, this._configurations, maxConfigurations);
    expectRoomInTemplate(scope, this._configurations);
  }

  public _before(_scope: Construct, next: IChainable): IChainable {
    return next;
  }
}

class Listed extends ConfigurationSource {
  public readonly _configurations = undefined;
  public readonly _maxPages: number;
  public override readonly _itemReader?: ItemReading;

  constructor(private readonly listing: Listing) {
    super();
    this._maxPages = listing.maxPages;
    this._itemReader = listing.itemReader;
  }

  public _validate(scope: Construct): void {
    this.listing.validate(scope);
  }

  public _before(scope: Construct, next: IChainable, props: ListingProps): IChainable {
    return listingStates(scope, this.listing, next, props);
  }
}
