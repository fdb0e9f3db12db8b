import {
  counted,
  duration,
  percent,
  roundStep,
  usd,
  utc,
} from '../../../../../../scripts/report/html/page/model/format';

describe('figures of the report', () => {
  test.each([
    [0, '0 ms'],
    [734.4, '734 ms'],
    [999.6, '1.0 s'],
    [3004, '3.0 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min 00 s'],
    [245_000, '4 min 05 s'],
    [3_599_600, '1 h 00 min'],
    [7_380_000, '2 h 03 min'],
  ])('%d ms are %s', (ms, expected) => {
    expect(duration(ms)).toBe(expected);
  });

  test.each([
    [0, '$0.00'],
    [12.3, '$12.30'],
    [0.0031, '$0.0031'],
    [0.00001234, '$0.000012'],
  ])('%d dollars are %s', (amount, expected) => {
    expect(usd(amount)).toBe(expected);
  });

  test.each([
    [0, '0%'],
    [0.001, '1%'],
    [0.834, '83%'],
    [0.999, '99%'],
    [1, '100%'],
  ])('a share of %d is %s', (share, expected) => {
    expect(percent(share)).toBe(expected);
  });

  test.each([
    [27, 8, 5],
    [10_040, 30, 500],
    [0.9, 8, 0.2],
    [100, 10, 10],
  ])('a range of %d in at most %d parts has steps of %d', (range, parts, expected) => {
    expect(roundStep(range, parts)).toBeCloseTo(expected);
  });

  test('counts have a plural and thousands, times are UTC', () => {
    expect(counted(1, 'lane')).toBe('1 lane');
    expect(counted(10_000, 'lane')).toBe('10,000 lanes');
    expect(utc(Date.UTC(2025, 10, 22, 3, 14, 7, 900))).toBe('2025-11-22 03:14:07 UTC');
  });
});
