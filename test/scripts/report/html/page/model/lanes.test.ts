import type { RunConfigurationResult } from '../../../../../../lib/wire';
import { fullnessOf, wavesOf } from '../../../../../../scripts/report/html/page/model/lanes';
import { rowsOf } from '../../../../../../scripts/report/html/page/model/rows';
import { aRun } from '../../runs';

/** Rows of configurations that ran from one second to another. */
function rowsAt(...times: [from: number, to: number][]) {
  const results = times.map(([from, to], index): RunConfigurationResult => ({
    configuration_identifier: `config_${index}`,
    status: 'PASSED',
    started_at: new Date(from * 1000).toISOString(),
    stopped_at: new Date(to * 1000).toISOString(),
  }));
  return rowsOf({ ...aRun(0), results });
}

describe('the lanes of the timeline', () => {
  test('take each configuration into the first one that is free when it starts', () => {
    const [wave] = wavesOf(rowsAt([0, 4], [0, 2], [2, 3], [3, 6], [4, 5]));
    expect(wave!.bars.map(({ row, lane }) => [row.index, lane])).toEqual([
      [1, 0],
      [0, 1],
      [2, 0],
      [3, 0],
      [4, 1],
    ]);
    expect(wave!.lanes).toBe(2);
  });

  test('never hold two at once, and are as many as ran at once', () => {
    const [wave] = wavesOf(rowsOf(aRun(200, 7)));
    expect(wave!.lanes).toBe(7);
    expect(wave!.bars).toHaveLength(200);
    const free: number[] = [];
    for (const { lane, from, to } of wave!.bars) {
      expect(from).toBeGreaterThanOrEqual(free[lane] ?? 0);
      free[lane] = to;
    }
  });

  test('start anew where nothing ran for a while: that was another execution', () => {
    const waves = wavesOf(rowsAt([0, 100], [101, 102], [110, 111]));
    expect(waves.map(({ bars }) => bars.length)).toEqual([2, 1]);
  });

  test('leave out what has no times, or times that cannot be', () => {
    expect(wavesOf(rowsAt([5, 4]))).toEqual([]);
    expect(wavesOf(rowsOf({ ...aRun(0), results: [{ configuration_identifier: 'a', status: 'PASSED' }] }))).toEqual([]);
  });

  test.each([
    {
      times: [
        [0, 4],
        [0, 4],
      ] as [number, number][],
      atOnce: 2,
      lanes: 2,
      utilisation: 1,
      bound: 4,
    },
    {
      times: [
        [0, 4],
        [0, 2],
      ] as [number, number][],
      atOnce: 2,
      lanes: 2,
      utilisation: 0.75,
      bound: 4,
    },
    {
      times: [
        [0, 3],
        [0, 3],
        [3, 6],
      ] as [number, number][],
      atOnce: 2,
      lanes: 2,
      utilisation: 0.75,
      bound: 4.5,
    },
    { times: [[0, 4]] as [number, number][], atOnce: 10, lanes: 1, utilisation: 1, bound: 4 },
    {
      times: [
        [0, 4],
        [0, 4],
      ] as [number, number][],
      atOnce: 0,
      lanes: 2,
      utilisation: 1,
      bound: 4,
    },
    { times: [[4, 4]] as [number, number][], atOnce: 1, lanes: 1, utilisation: 1, bound: 0 },
  ])('are $utilisation full with $times at $atOnce at once', ({ times, atOnce, lanes, utilisation, bound }) => {
    const [wave] = wavesOf(rowsAt(...times));
    expect(fullnessOf(wave!, atOnce)).toMatchObject({ lanes, utilisation, bound: bound * 1000 });
  });
});
