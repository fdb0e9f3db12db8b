import { timeout } from '../../../scripts/commands/flags';

test.each([
  ['90s', 90],
  ['5m', 300],
  ['1h', 3_600],
  ['600', 600],
  ['1.5m', 90],
  ['0.5', 0.5],
  ['8760h', 31_536_000],
])('a time of %s takes %d seconds', (text, seconds) => {
  expect(timeout(text)).toBe(seconds);
});
