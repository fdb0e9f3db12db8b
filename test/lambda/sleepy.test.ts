import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fateOf, handler } from '../../lambda/sleepy';
import { externalTool } from '../scripts/externalTool';

const identifiers = Array.from({ length: 40 }, (_, index) => `config_${index}`);

describe('the sleepy function', () => {
  const env = process.env;
  let log: jest.SpyInstance;
  beforeEach(() => {
    process.env = { ...env, SLEEP_MIN_SECONDS: '0', SLEEP_MAX_SECONDS: '0', FAILURE_PERCENT: '0' };
    log = jest.spyOn(console, 'log').mockImplementation();
  });
  afterEach(() => {
    process.env = env;
    jest.restoreAllMocks();
  });

  it('returns its configuration and how long it slept', async () => {
    await expect(handler({ configuration_identifier: 'config_7', system_test: true })).resolves.toEqual({
      configuration_identifier: 'config_7',
      slept_for: 0,
      system_test_successful: true,
    });
  });

  it('raises when its fate is to fail', async () => {
    process.env.FAILURE_PERCENT = '100';
    await expect(handler({ configuration_identifier: 'config_7' })).rejects.toThrow('Something went wrong!');
  });

  it('logs its event and how long it sleeps', async () => {
    await handler({ configuration_identifier: 'config_7', system_test: true });
    expect(log.mock.calls).toEqual([
      ['Event:', '{"configuration_identifier":"config_7","system_test":true}'],
      ['Sleeping for 0 s'],
    ]);
  });

  it('repeats the fate of each configuration when it has a seed', () => {
    const draw = () => identifiers.map((identifier) => fateOf(identifier, { SEED: '1974' }));
    expect(draw()).toEqual(draw());
  });

  it("fails 5 of the sample's 40 configurations with the sample's seed", () => {
    const failed = identifiers.filter((identifier) => fateOf(identifier, { SEED: '1974' }).fails);
    expect(failed).toEqual(['config_15', 'config_23', 'config_28', 'config_36', 'config_38']);
  });

  it('sleeps whole seconds within the range and fails about as often as told', () => {
    const fates = Array.from({ length: 20_000 }, (_, index) => fateOf(String(index), { SEED: 'any' }));
    expect(new Set(fates.map(({ sleepFor }) => sleepFor))).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    const failureRate = fates.filter(({ fails }) => fails).length / fates.length;
    expect(failureRate).toBeGreaterThan(0.14);
    expect(failureRate).toBeLessThan(0.16);
  });

  it('draws anew each time without a seed', () => {
    const draw = () => identifiers.map((identifier) => fateOf(identifier, {}));
    expect(draw()).not.toEqual(draw());
  });
});

externalTool('python3', 'PYTHON').describe('the sleepy function in Python', () => {
  const ask = (program: string, env: Record<string, string> = {}) =>
    spawnSync('python3', ['-c', `import json, sleepy; ${program}`], {
      cwd: join(__dirname, '..', '..', 'lambda'),
      encoding: 'utf8',
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...env },
    });

  it('gives each configuration the same fate for the same seed', () => {
    const env = { SEED: '1974', SLEEP_MIN_SECONDS: '2', SLEEP_MAX_SECONDS: '9', FAILURE_PERCENT: '15' };
    const asked = [...identifiers, 'Größe', '🙂'];
    const program = `print(json.dumps([sleepy.fate_of(i, sleepy.os.environ) for i in ${JSON.stringify(asked)}]))`;
    const fates = asked.map((identifier) => fateOf(identifier, env));
    expect(JSON.parse(ask(program, env).stdout)).toEqual(fates.map(({ sleepFor, fails }) => [sleepFor, fails]));
  });

  it('draws anew each time without a seed', () => {
    const drawn = ask('print(json.dumps([sleepy.fate_of("a", {}) for _ in range(40)]))').stdout;
    expect(new Set((JSON.parse(drawn) as unknown[]).map((fate) => JSON.stringify(fate))).size).toBeGreaterThan(1);
  });
});
