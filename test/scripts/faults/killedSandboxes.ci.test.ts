import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canKillAtRandom, judgeKills, killAtRandom, recordingHandler } from '../../bench/killedSandboxes';
import { deployLocally, impatientClock } from '../../localSystemTest';

(canKillAtRandom ? describe : describe.skip)('processes of a function that are killed at random', () => {
  test('cost no configuration its result, and give none a wrong one', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'killed-'));
    const record = join(directory, 'record');
    const local = await deployLocally({
      code: recordingHandler,
      function: { environment: { RECORD: record } },
      props: { maxConcurrency: 8 },
      clock: impatientClock,
    });
    const identifiers = Array.from({ length: 120 }, (_, index) => `config_${index}`);

    const killer = killAtRandom(process.pid, 60);
    const { result } = await local.run({ configurations: identifiers, allow_unknown: true });
    const killed = await killer.stop();

    await local.close();
    expect(killed).toBeGreaterThan(0);
    expect(judgeKills(identifiers, result.results, readFileSync(record, 'utf8'), killed).wrong).toEqual([]);
    expect(result.total).toBe(identifiers.length);
    rmSync(directory, { recursive: true });
  });
});
