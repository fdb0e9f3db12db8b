import { Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ConfigurationSource, SystemTest, SystemTestMode } from '../../lib';

/** Tests the tenants that a table in S3 lists, a thousand at once. */
export class TenantsInS3Stack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const tenants = new lambda.Function(this, 'Tenants', {
      runtime: lambda.Runtime.PYTHON_3_14,
      handler: 'index.handler',
      code: lambda.Code.fromInline('def handler(event, context):\n    return {"system_test_successful": True}\n'),
    });
    const lists = new s3.Bucket(this, 'Lists');
    new SystemTest(this, 'SystemTest', {
      function: tenants,
      source: ConfigurationSource.s3Object(lists, 'tenants.csv', { identifier: 'tenant_id' }),
      mode: SystemTestMode.DISTRIBUTED,
      distributed: { batchSize: 10 },
      maxConcurrency: 1000,
    });
  }
}
