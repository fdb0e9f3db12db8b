import { readFileSync } from 'node:fs';
import { trigger } from '../command';

test('the built command is read at a byte a character', () => {
  const [, rest] = /([^]{0,60}[^\0-\x7f][^]{0,20})/.exec(readFileSync(trigger, 'utf8')) ?? [];
  expect(rest).toBeUndefined();
});
