import { PassThrough } from 'node:stream';
import { inCi, wantsColor, type OutputStream } from '../../../scripts/io/commandIo';

const terminal: OutputStream = Object.assign(new PassThrough(), { isTTY: true });
const pipe: OutputStream = new PassThrough();

describe('colours', () => {
  test.each([
    ['on a terminal', terminal, {}, true, true],
    ['not in a pipe', pipe, {}, true, false],
    ['not on a dumb terminal', terminal, { TERM: 'dumb' }, true, false],
    ['not with --no-color', terminal, { FORCE_COLOR: '1' }, false, false],
    ['not with NO_COLOR', terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    ['whatever an empty NO_COLOR says', terminal, { NO_COLOR: '' }, true, true],
    ['in a pipe with FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, true, true],
    ['not with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, true, false],
  ])('are used %s', (_, stream, env, flag, expected) => {
    expect(wantsColor(stream, env, flag)).toBe(expected);
  });
});

test.each([
  [{}, false],
  [{ CI: '' }, false],
  [{ CI: 'false' }, false],
  [{ CI: '0' }, false],
  [{ CI: 'true' }, true],
  [{ CI: '1' }, true],
])('tells a CI system by its variable: %j', (env, expected) => {
  expect(inCi(env)).toBe(expected);
});
