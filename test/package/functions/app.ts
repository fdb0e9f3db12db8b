import { App, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SystemTest } from '../../../lib';

const app = new App({ outdir: join(__dirname, 'cdk.out') });
const asset = (name: string) => lambda.Code.fromAsset(join(__dirname, name));

/** A function that knows the name of a bucket, and its test, in a stack of their own. */
class TestedStack extends Stack {
  constructor(id: string, props: lambda.FunctionProps, layer?: string) {
    super(app, id);
    const tested = new lambda.Function(this, 'Function', {
      ...props,
      timeout: Duration.seconds(30),
      environment: { BUCKET: new s3.Bucket(this, 'Tenants').bucketName },
      layers: layer === undefined ? [] : [new lambda.LayerVersion(this, 'Layer', { code: asset(layer) })],
    });
    new SystemTest(this, 'SystemTest', { function: tested, configurations: ['tenant_1', 'tenant_2'] });
  }
}

const python = new lambda.Runtime(process.env.PYTHON_RUNTIME!, lambda.RuntimeFamily.PYTHON);
const architecture = process.arch === 'arm64' ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64;
const custom = { runtime: lambda.Runtime.PROVIDED_AL2023, handler: 'any', architecture };
new TestedStack('Python', { runtime: python, handler: 'report.handler', code: asset('python') }, 'layer');
new TestedStack('Shell', { ...custom, code: asset('shell') });
// Built by the test, where Go is installed.
if (existsSync(join(__dirname, 'go'))) new TestedStack('Go', { ...custom, code: asset('go') });
app.synth();
