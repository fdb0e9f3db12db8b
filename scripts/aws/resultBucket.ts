import { GetObjectCommand, ListObjectsV2Command, S3Client } from './clientS3';
import { callObserver, promptClientConfig, type AwsOptions } from './clientConfig';
import { UnusableAnswerError } from './errors';
import { renewed } from './renewed';

/** The calls of Amazon S3 that the trigger makes. Errors are the SDK's own. */
export interface ResultBucket {
  /** One page of ListObjectsV2: up to 1,000 keys, in the order of their bytes. */
  list(o: { bucket: string; prefix: string; token?: string }, signal: AbortSignal): Promise<KeyPage>;
  /** GetObject: the whole object as text. */
  read(o: { bucket: string; key: string }, signal: AbortSignal): Promise<string>;
  /** Closes idle connections. */
  close(): void;
}

export interface KeyPage {
  keys: string[];
  /** Undefined with the last page. */
  nextToken?: string;
}

/** Amazon S3 through the SDK. */
export function resultBucket(options: AwsOptions): ResultBucket {
  const { send, close } = renewed(() => newClient(options));
  return {
    async list({ bucket, prefix, token }, abortSignal) {
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token });
      const page = await send((s3) => s3.send(command, { abortSignal }));
      const { Contents: contents = [], IsTruncated: more, NextContinuationToken: nextToken, KeyCount: count } = page;
      // A page without objects has a count as well; what something else answered has none.
      if (count === undefined || (more === true) !== (nextToken !== undefined)) {
        throw new UnusableAnswerError(`The answer is no list of the objects in s3://${bucket}/${prefix}.`);
      }
      return { keys: contents.map(({ Key: key = '' }) => key), nextToken };
    },
    async read({ bucket, key }, abortSignal) {
      const command = new GetObjectCommand({ Bucket: bucket, Key: key });
      return send(async (s3) => {
        const { Body: body } = await s3.send(command, { abortSignal });
        if (!body) throw new UnusableAnswerError(`The answer holds no object s3://${bucket}/${key}.`);
        return body.transformToString('utf8');
      });
    },
    close,
  };
}

function newClient(options: AwsOptions): S3Client {
  const client = new S3Client({ ...promptClientConfig(options), forcePathStyle: options.pathStyle });
  client.middlewareStack.add(callObserver(options.onCall), { step: 'deserialize' });
  return client;
}
