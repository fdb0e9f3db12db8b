/** A process that invokes the function in its first argument, to be killed meanwhile. */
import type { DeployedFunction } from '../../../../scripts/local/app/deployment';
import { LambdaService } from '../../../../scripts/local/lambda/service';
import { deploymentOf, surroundings } from './lambdaFixture';

const service = new LambdaService({
  deployment: deploymentOf(JSON.parse(process.argv[2] ?? '') as DeployedFunction),
  surroundings,
});
void service.invoke({ functionName: 'reports', payload: Buffer.from('{}') });
