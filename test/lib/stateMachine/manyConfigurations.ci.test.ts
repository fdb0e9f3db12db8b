import { Configuration } from '../../../lib';
import { behaviours } from '../../behaviours';
import { deployLocally, type LocalSystemTest } from '../../localSystemTest';
import { resultOf, serveDefinition } from './servedDefinition';

function configurations(count: number, name = 'config'): string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${index}`);
}

describe('an execution with as many configurations as its history has room for', () => {
  const many = [...configurations(997), String.raw`it's a "quoted" \ one`];
  let test: LocalSystemTest;
  const withKeys = many.map((name, index) =>
    index % 2 === 0 ? name : Configuration.of(name, { region: `region ${index}` }),
  );
  beforeAll(async () => {
    test = await deployLocally({ code: behaviours, props: { configurations: withKeys, maxConcurrency: 40 } });
  });
  afterAll(() => test.close());

  it('passes them all and keeps their order, whatever is started first', async () => {
    const { status, result } = await test.run({ start_first: [...many].reverse() });
    expect(status).toBe('SUCCEEDED');
    expect(result).toMatchObject({ total: 998, passed: 998, failed: 0, errored: 0 });
    expect(result.results.map((each) => each.configuration_identifier)).toEqual(many);
  });

  it('fails as many, each with its error, within the size of an output', async () => {
    const error = { errorType: 'Error', errorMessage: 'Something went wrong!', trace: ['at exports.handler'] };
    const served = await serveDefinition({ maxConcurrency: 40 }, () => ({
      functionError: 'Unhandled',
      payload: Buffer.from(JSON.stringify(error)),
    }));
    const ended = await served.run({ configurations: configurations(998, 'raises'), allow_unknown: true });
    await served.close();
    expect(ended.status).toBe('FAILED');
    const result = resultOf(ended);
    expect(result).toMatchObject({ total: 998, passed: 0, failed: 998, errored: 0 });
    expect(result.results.filter((each) => each.error?.message !== 'Something went wrong!')).toEqual([]);
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(240_000);
  });
});
