/** What the command needs of the client of Amazon S3. The build makes a file of its own of it, as few runs read that. */
export {
  GetObjectCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
