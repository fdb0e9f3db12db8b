/** The CDK app: context in, stacks out. */
import { App } from 'aws-cdk-lib';
import { addStacks } from './stacks';

const app = new App({ autoSynth: false });
try {
  addStacks(app);
  app.synth();
} catch (error) {
  // One sentence for whoever set the context; a stack trace would only bury it.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
