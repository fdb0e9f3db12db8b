import { Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ConfigurationSource, SystemTest } from '../../lib';

const list = `
def handler(event, context):
    feeds = [{"configuration_identifier": f"feed_{n}", "region": "eu"} for n in range(150)]
    start = int(event["next_token"] or 0)
    end = start + 100
    return {
        "configurations": feeds[start:end],
        "next_token": str(end) if end < len(feeds) else None,
    }
`;

/** Tests the feeds that there are when the test runs. */
export class ListedFeedsStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const feeds = new lambda.Function(this, 'Feeds', {
      runtime: lambda.Runtime.PYTHON_3_14,
      handler: 'index.handler',
      code: lambda.Code.fromInline('def handler(event, context):\n    return {"system_test_successful": True}\n'),
    });
    const lister = new lambda.Function(this, 'Lister', {
      runtime: lambda.Runtime.PYTHON_3_14,
      handler: 'index.handler',
      code: lambda.Code.fromInline(list),
    });
    new SystemTest(this, 'SystemTest', { function: feeds, source: ConfigurationSource.lister(lister) });
  }
}
