import { App } from 'aws-cdk-lib';
import { SystemTestStack } from '../../lib';

describe('SystemTestStack', () => {
  it('tests the 40 configurations config_0 to config_39', () => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
    const { _configurations: configurations } = new SystemTestStack(app, 'SystemTest').systemTest;
    expect(configurations).toHaveLength(40);
    expect(configurations!.filter((one, index) => one !== `config_${index}`)).toEqual([]);
  });
});
