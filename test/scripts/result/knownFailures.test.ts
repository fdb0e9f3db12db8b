import fc from 'fast-check';
import { applyKnownFailures, parseKnownFailures } from '../../../scripts/result/knownFailures';
import { UserError } from '../../../scripts/io/userError';
import { errored, failed, hostileText, passed, runResultOf } from '../runResults';
import { thrown } from '../thrown';

const entry = { configuration_identifier: 'config_7', reason: 'feed is down, OPS-42', expires: '2026-12-31' };
const json = (...entries: unknown[]) => `[\n${entries.map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n]\n`;

describe('the list of known failures', () => {
  test('is a JSON list with reasons and dates', () => {
    expect(parseKnownFailures(`\ufeff${json(entry)}`, 'known.json')).toEqual([entry]);
    expect(parseKnownFailures('[]', 'known.json')).toEqual([]);
  });

  test.each([
    ['no list', '{}', 'Expected known.json to be a JSON list of known failures, which it stops to be in line 1.'],
    [
      'broken JSON',
      '[\n  {"a": 1,}\n]',
      'Expected known.json to be a JSON list of known failures, which it stops to be in line 2.',
    ],
    [
      'a key twice',
      '[\n  {"configuration_identifier": "a", "reason": "b", "expires": "2026-01-01", "expires": "2099-01-01"}\n]',
      'Expected known.json to be a JSON list of known failures with each key of an object once, which it stops to be in line 2.',
    ],
    [
      'an identifier alone',
      json('config_7'),
      'known.json, line 2: Expected an object with configuration_identifier, reason, expires, got "config_7".',
    ],
    [
      'no reason',
      json(entry, { ...entry, configuration_identifier: 'b', reason: ' ' }),
      'known.json, line 3: Expected reason to be a text that is not empty, got " ".',
    ],
    [
      'no date',
      json({ ...entry, expires: undefined }),
      'known.json, line 2: Expected expires to be a text that is not empty, got nothing.',
    ],
    [
      'a day that there is not',
      json({ ...entry, expires: '2026-02-30' }),
      'known.json, line 2: Expected expires to be a date such as 2026-12-31, got "2026-02-30".',
    ],
    [
      'another form of date',
      json({ ...entry, expires: '31.12.2026' }),
      'known.json, line 2: Expected expires to be a date such as 2026-12-31, got "31.12.2026".',
    ],
    [
      'a misspelled key',
      json({ ...entry, expiry: 'x' }),
      'known.json, line 2: Expected no other keys than configuration_identifier, reason, expires, got "expiry".',
    ],
    [
      'a configuration twice',
      json(entry, entry),
      'Expected each configuration once in known.json, got "config_7" in lines 2 and 3.',
    ],
  ])('is refused with %s', (_, text, message) => {
    expect(thrown(() => parseKnownFailures(text, 'known.json'))).toMatchObject({ name: 'UserError', message });
  });

  test('either parses or says what is wrong with it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          hostileText,
          fc.json(),
          fc.array(fc.jsonValue()).map((value) => JSON.stringify(value)),
        ),
        (text) => {
          try {
            expect(Array.isArray(parseKnownFailures(text, 'known.json'))).toBe(true);
          } catch (error) {
            // eslint-disable-next-line jest/no-conditional-expect -- either way is fine, any other error is not
            expect(error).toBeInstanceOf(UserError);
          }
        },
      ),
    );
  });
});

describe('a known failure', () => {
  const apply = (results: Parameters<typeof runResultOf>[0], today = '2026-12-31') =>
    applyKnownFailures(runResultOf(results), [entry], { today });

  test('is counted apart and does not fail the run on its last day', () => {
    const result = apply([passed('a'), failed('config_7')]);
    expect(result).toMatchObject({ verdict: 'PASSED', passed: 1, failed: 0, known: 1 });
    expect(result.results[1]?.known).toEqual({ reason: entry.reason, expires: entry.expires, expired: false });
    expect(result.known_failure_notes).toBeUndefined();
  });

  test('counts as failed again on the day after', () => {
    const result = apply([failed('config_7')], '2027-01-01');
    expect(result).toMatchObject({ verdict: 'FAILED', failed: 1, known: undefined });
    expect(result.results[0]?.known?.expired).toBe(true);
    expect(result.known_failure_notes).toEqual([
      'Known failure "config_7" counts as failed again since its date is over, 2026-12-31: "feed is down, OPS-42".',
    ]);
  });

  test('is pointed out where it passes', () => {
    const result = apply([passed('config_7')]);
    expect(result).toMatchObject({ verdict: 'PASSED', passed: 1, known: undefined });
    expect(result.known_failure_notes).toEqual(['Known failure "config_7" passed: it can leave the list.']);
  });

  test('is no news where it passes only when it is run again', () => {
    expect(
      apply([passed('config_7', { flaky: true, earlier: [failed('config_7')] })]).known_failure_notes,
    ).toBeUndefined();
  });

  test('is pointed out where the run has no such configuration', () => {
    expect(apply([passed('a')]).known_failure_notes).toEqual([
      'Known failure "config_7" is the name of no configuration in this run.',
    ]);
  });

  test('is not excused where it could not be tested', () => {
    expect(apply([errored('config_7')])).toMatchObject({ verdict: 'ERRORED', errored: 1 });
  });

  test('leaves other failures alone', () => {
    expect(apply([failed('config_7'), failed('b')])).toMatchObject({ verdict: 'FAILED', failed: 1, known: 1 });
  });

  test('is forgotten where a later list does not name it', () => {
    const marked = apply([failed('config_7')]);
    expect(applyKnownFailures(marked, [], { today: '2026-12-31' })).toMatchObject({
      failed: 1,
      verdict: 'FAILED',
    });
  });
});
