import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { join } from 'node:path';
import { Configuration, SleepyFunction, SystemTest } from '../../lib';

/** A team's own function. */
class FeedsStack extends Stack {
  constructor(scope: App, id: string) {
    super(scope, id);
    const mine = new lambda.Function(this, 'Mine', {
      runtime: lambda.Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline(
        'exports.handler = async (event) => ({ system_test_successful: event.system_test && event.region === "eu" });',
      ),
    });
    const configurations = [Configuration.of('feed_1', { region: 'eu' }), 'feed_2'];
    new SystemTest(this, 'SystemTest', { function: mine, configurations });
  }
}

/** Several tests in one stack, of functions in other languages and of the one that the package brings. */
class OthersStack extends Stack {
  constructor(scope: App, id: string) {
    super(scope, id);
    const python = new lambda.Function(this, 'Python', {
      runtime: lambda.Runtime.PYTHON_3_14,
      handler: 'index.handler',
      code: lambda.Code.fromInline('def handler(event, context):\n    return {"system_test_successful": True}\n'),
    });
    const java = new lambda.Function(this, 'Java', {
      runtime: lambda.Runtime.JAVA_25,
      handler: 'example.Handler::handleRequest',
      code: lambda.Code.fromAsset(join(process.cwd(), 'handler.jar')),
    });
    const sleepy = new SleepyFunction(this, 'Sleepy', { maxSeconds: 1 });
    new SystemTest(this, 'PythonTest', { function: python, configurations: ['report'] });
    new SystemTest(this, 'JavaTest', { function: java, configurations: ['report'], logTail: false });
    new SystemTest(this, 'SleepyTest', { function: sleepy.currentVersion, configurations: ['report'] });
  }
}

/** The types say that a system test needs a function. */
export function incomplete(scope: Stack): SystemTest {
  // @ts-expect-error There is none.
  return new SystemTest(scope, 'Incomplete', {});
}

const app = new App();
new FeedsStack(app, 'Feeds');
// The local endpoint serves functions with a Node.js runtime only.
if (!process.argv.includes('feeds')) {
  new OthersStack(app, 'Others');
}
app.synth();
