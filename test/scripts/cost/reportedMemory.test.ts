import { memoryMbOf, reportedMemoryMb } from '../../../scripts/cost/reportedMemory';

describe('the memory of the function', () => {
  test.each([
    ['the text format', 'REPORT RequestId: 1\tDuration: 1.0 ms\tMemory Size: 512 MB\tMax Memory Used: 70 MB\n', 512],
    [
      'the JSON format',
      '{"type":"platform.report","record":{"metrics":{"memorySizeMB":1769,"maxMemoryUsedMB":70}}}',
      1769,
    ],
    ['no report', 'START RequestId: 1\n', undefined],
  ])('is read from a log in %s', (_, log, memory) => {
    expect(reportedMemoryMb(log)).toBe(memory);
    expect(memoryMbOf({ StatusCode: 200, LogResult: Buffer.from(log).toString('base64') })).toBe(memory);
  });

  test('is what Lambda says last, whatever the function itself logged before', () => {
    expect(reportedMemoryMb('\tMemory Size: 1 MB\n\tMemory Size: 256 MB\n')).toBe(256);
  });

  test.each([[undefined], [null], ['text'], [{}], [{ LogResult: 1 }]])('is not known from %j', (answer) => {
    expect(memoryMbOf(answer)).toBeUndefined();
  });
});
