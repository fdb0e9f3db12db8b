import fc from 'fast-check';
import type { RunComparison } from '../../../lib/wire';
import { createRedactor, parseRedactPattern, redactResult } from '../../../scripts/result/redaction';
import { failed, hostileResult, hostileText, passed, runResultOf } from '../runResults';
import { thrown } from '../thrown';

const redact = createRedactor();

// Put together here, so that no scanner takes this file for a leak.
const keyId = 'AKIA' + 'QYLPMN5HHHFPZAM2';
const sessionKeyId = 'ASIA' + 'QYLPMN5HHHFPZAM2';
const secretKey = 'wJalrXUtnFEMI/K7MDENG+' + 'bPxRfiCYEXAMPLEKEY';
const sessionToken = 'IQoJb3JpZ2lu' + 'X2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUCIQD+abc==';
const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0In0', 'dozjgNryP4J3jVmNHl0w5N_XgL0'].join('.');
const github = 'ghp' + '_16C7e42F292c6912E7710c838347Ae178B4a';
const slack = 'xoxb' + '-123456789012-abcdefghijkl';
const border = (text: string) => `-----${text}-----`;
const begin = border('BEGIN PRIVATE ' + 'KEY');
const end = border('END PRIVATE ' + 'KEY');
const pem = (name: string, body: string) => `${border(`BEGIN ${name}`)}\n${body}\n${border(`END ${name}`)}`;
const keyBody = 'MIIEpAIBAAKCAQEA75'.repeat(3);

describe('without being asked, a redactor takes out', () => {
  test.each([
    ['an access key id', `key ${keyId}.`, 'key [redacted].'],
    ['a temporary access key id', `(${sessionKeyId})`, '([redacted])'],
    ['a secret key', `AWS_SECRET_ACCESS_KEY=${secretKey}\n`, 'AWS_SECRET_ACCESS_KEY=[redacted]\n'],
    [
      'a secret key in JSON',
      `{"SecretAccessKey": "${secretKey}", "a": 1}`,
      '{"SecretAccessKey": "[redacted]", "a": 1}',
    ],
    ['a session token', `token ${sessionToken} end`, 'token [redacted] end'],
    ['a bearer token', `Bearer ${secretKey} x`, 'Bearer [redacted] x'],
    ['a header', 'Authorization: Basic ' + 'dXNlcjpwYXNz\nnext', 'Authorization: [redacted]\nnext'],
    ['a signed header', `authorization: AWS4-HMAC-SHA256 Credential=a/b, Signature=c`, 'authorization: [redacted]'],
    ['a header in JSON', `{"authorization":"Token abc","x":1}`, '{"authorization":"[redacted]","x":1}'],
    ['a JSON web token', `jwt ${jwt}, x`, 'jwt [redacted], x'],
    ['a password in a URL', 'postgres://user:' + 'p4ss%21@host:5432/db', 'postgres://user:[redacted]@host:5432/db'],
    ['a signed URL', 'https://b.s3/x?X-Amz-Signature=abc123&y=1', 'https://b.s3/x?X-Amz-Signature=[redacted]&y=1'],
    ['a GitHub token', `${github} x`, '[redacted] x'],
    ['a Slack token', `${slack} x`, '[redacted] x'],
    ['a password', 'db_password=hunter2 host=x', 'db_password=[redacted] host=x'],
    ['a password with blanks', `Password: "correct horse", x`, 'Password: "[redacted]", x'],
    [
      'a password in JSON in JSON',
      String.raw`{"body":"{\"password\":\"hunter2\"}"}`,
      String.raw`{"body":"{\"password\":\"[redacted]\"}"}`,
    ],
    ['a password with a quote in it', String.raw`{"password":"ab\"cdef","x":1}`, '{"password":"[redacted]","x":1}'],
    [
      'a password with an apostrophe',
      String.raw`{'password': 'ab\'cdef', 'x': 1}`,
      `{'password': '[redacted]', 'x': 1}`,
    ],
    ['an API key', `'x-api-key': 'abc'`, `'x-api-key': '[redacted]'`],
    ['a token', 'token => abc', 'token => [redacted]'],
    ['a private key', `a\n${pem('RSA PRIVATE KEY', keyBody)}\nb`, 'a\n[redacted]\nb'],
    ['two private keys', `${pem('PRIVATE KEY', keyBody)} ${pem('EC PRIVATE KEY', keyBody)}`, '[redacted] [redacted]'],
    ['a private key in JSON', JSON.stringify({ pem: pem('PRIVATE KEY', keyBody) }), '{"pem":"[redacted]"}'],
    ['the start of a private key', `x: ${begin}\n${keyBody}`, 'x: [redacted]'],
    ['the end of a private key', `${keyBody}\n${keyBody}\n${end}\nx`, '[redacted]\nx'],
  ])('%s', (_, text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  test.each([
    'Unexpected token: }',
    'Unexpected token \'}\', "{}}" is not valid JSON',
    'The bearer of bad news',
    'https://host:8080/path?email=a@example.org',
    'tokens: 100, max_tokens=5',
    'password_policy=strict',
    'START RequestId: 6bc28136-xmpl-4365-b021-0ce6b2e64ab0 Version: $LATEST',
    pem('CERTIFICATE', 'abc'),
    'arn:aws:lambda:eu-west-1:123456789012:function:x',
  ])('no part of %j', (text) => {
    expect(redact(text)).toBe(text);
  });

  test('nothing where the defaults are off', () => {
    expect(createRedactor([], { defaults: false })(`password=${secretKey}`)).toBe(`password=${secretKey}`);
  });
});

describe('a redactor', () => {
  test('takes out whatever the given patterns match, with or without the flag g', () => {
    const mine = createRedactor([/\d{12}/, /tenant-\w+/gi], { defaults: false });
    expect(mine('123456789012 Tenant-acme 210987654321')).toBe('[redacted] [redacted] [redacted]');
  });

  test('is not misled by patterns that match nothing', () => {
    expect(createRedactor([/x*/], { defaults: false })('axxb')).toBe('a[redacted]b');
  });

  test('changes a redacted text no further', () => {
    const secret = fc.constantFrom(
      ...[
        'password=',
        '"token":"',
        "secret: '",
        'Authorization: ',
        'Bearer ',
        '://u:',
        'p@h',
        keyId,
        jwt,
        github,
        slack,
      ],
      ...[secretKey, sessionToken, '[redacted]', '\\"', begin, end],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(secret, hostileText), { maxLength: 8 }), (parts) => {
        const once = redact(parts.join(''));
        expect(redact(once)).toBe(once);
      }),
      { numRuns: 1000, examples: [[['://u:', 'password=', '://u:', 'p@h']]] },
    );
  });

  test('leaks no key, whatever stands around it', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (before, after) => {
        expect(redact(`${before} ${keyId} ${after}`)).not.toContain(keyId);
        expect(redact(`${before} AWS_SECRET_ACCESS_KEY=${secretKey} ${after}`)).not.toContain(secretKey);
        expect(redact(`${before}${pem('PRIVATE KEY', keyBody)}${after}`)).not.toContain(keyBody);
      }),
    );
  });

  test.each([
    ...['password', 'password=', 'password=\\\\\\', 'password: "', 'password: "\\\\', 'password: "\\"', 'password  '],
    ...[
      'secret_',
      'token\\',
      'a_key=',
      'token=arn:aws',
      'secret=[',
      'secret=[\n',
      'secret={"a":',
      '<password>',
      '--password ',
    ],
    ...['authorization: the ', 'cookie: a=', 'password=a,', 'password;', '"password",value', 'login a password '],
    ...['eyJ', 'eyJabcdef.', '-eyJabcdef', '://', '://a:', '://a:b@/', 'a:b@', '-u a:', '?key=', 'Bearer ', 'AKIA'],
    ...[begin, end, '-----BEGIN ', `A ${end}`, '-----', 'ghp_', 'xoxb-', 'xoxb-a', 'IQoJb3JpZ2lu', 'hooks.slack.com/'],
    ...['\u001b[', '\u001b]0;', '\u200b', '\\u0027', '%3D', '&quot;', 'a', "'", '"', '\\', ' ', '\n'],
  ])('takes time in proportion to a text of %j', (part) => {
    const text = part.repeat(Math.ceil(100_000 / part.length));
    const before = process.cpuUsage();
    redact(text);
    // Time of the processor, as others may use it too. It takes some 50 ms; quadratic time would be over ten seconds.
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  });
});

describe('a result', () => {
  const secrets = {
    password: 'hunter2',
    pin: 1234,
    tokens_used: 5,
    secrets: 2,
    nextToken: 'abc',
    token: 'undefined',
    nested: [{ apiKey: ['a', 7, null] }],
    passphrase: '',
    credentials: { database: { user: 'me', port: 5432 } },
  };

  test('is redacted wherever it holds text', () => {
    const text = `password=${secretKey}`;
    const result = runResultOf([
      failed('a', {
        error: { type: text, message: text },
        log_tail: text,
        configuration: { [text]: [text, { deep: text }], db_password: 'a1b2c3', country: 'FR' },
        response: { [text]: [text, { deep: text }] },
        earlier: [failed('a', { log_tail: text })],
        known: { reason: text, expires: '2026-12-31', expired: false },
      }),
    ]);
    const safe = redactResult(
      {
        ...result,
        test: text,
        console_url: `https://x.example/?token=${secretKey}`,
        cost_unknown: text,
        known_failure_notes: [text],
      },
      redact,
    );
    expect(JSON.stringify(safe)).not.toContain(secretKey);
    expect(safe.results[0]?.configuration).toMatchObject({ db_password: '[redacted]', country: 'FR' });
    expect(safe.results[0]?.response).toEqual({
      'password=[redacted]': ['password=[redacted]', { deep: 'password=[redacted]' }],
    });
  });

  test('loses the values of keys that say they are secret', () => {
    expect(redactResult(runResultOf([passed('a', { response: secrets })]), redact).results[0]?.response).toEqual({
      password: '[redacted]',
      pin: 1234,
      tokens_used: 5,
      secrets: 2,
      nextToken: 'abc',
      token: 'undefined',
      nested: [{ apiKey: ['[redacted]', '[redacted]', null] }],
      passphrase: '',
      credentials: { database: { user: '[redacted]', port: '[redacted]' } },
    });
  });

  test('keeps its configurations apart', () => {
    const result = runResultOf([
      passed('tenant-acme'),
      passed('plain'),
      passed('tenant-evil'),
      passed('[redacted] #1'),
    ]);
    const safe = redactResult(result, createRedactor([/tenant-\w+/]));
    expect(safe.results.map((one) => one.configuration_identifier)).toEqual([
      "[redacted] #1'",
      'plain',
      '[redacted] #3',
      '[redacted] #1',
    ]);
  });

  test('gives its configurations one name in all tries', () => {
    const result = runResultOf([passed('acme', { earlier: [failed('acme')] })]);
    const [one] = redactResult(result, createRedactor([/acme/])).results;
    expect(one?.earlier?.[0]?.configuration_identifier).toBe(one?.configuration_identifier);
  });

  test('names its configurations in what is new as in its results, and gives those that are gone the places after them', () => {
    const named = (configuration_identifier: string) => ({ configuration_identifier });
    const comparison: RunComparison = {
      with: {
        execution_arn: 'arn:tenant-acme',
        file: 'tenant-acme.json',
        started_at: '2026-11-26T03:12:00Z',
        verdict: 'FAILED',
      },
      newly_failing: ['tenant-evil'],
      still_failing: [{ ...named('tenant-acme'), since: '2026-11-24T03:12:00Z', runs: 3 }],
      fixed: ['plain'],
      added: ['tenant-evil'],
      gone: ['plain-gone', 'tenant-gone'],
      slower: [{ ...named('tenant-evil'), before_ms: 1, duration_ms: 2 }],
    };
    const result = runResultOf([passed('tenant-acme'), passed('plain'), passed('tenant-evil')], { comparison });

    expect(redactResult(result, createRedactor([/tenant-\w+/])).comparison).toEqual({
      with: { ...comparison.with, execution_arn: 'arn:[redacted]', file: '[redacted].json' },
      newly_failing: ['[redacted] #3'],
      still_failing: [{ ...named('[redacted] #1'), since: '2026-11-24T03:12:00Z', runs: 3 }],
      fixed: ['plain'],
      added: ['[redacted] #3'],
      gone: ['plain-gone', '[redacted] #5'],
      slower: [{ ...named('[redacted] #3'), before_ms: 1, duration_ms: 2 }],
    });
  });

  test('keeps times, numbers, counts and verdict, whatever the patterns match', () => {
    fc.assert(
      fc.property(hostileResult, (result) => {
        const safe = redactResult(result, createRedactor([/[^]+/]));
        const { results, execution_arn: arn, origin, comparison, ...facts } = result;
        expect(arn).not.toBe('');
        expect(Object.keys(safe.origin!)).toEqual(Object.keys(origin!));
        expect(safe).toMatchObject({ ...facts, execution_arn: '[redacted]' });
        expect(safe.comparison?.newly_failing.length).toBe(comparison?.newly_failing.length);
        expect(safe.results.map(({ status, duration_ms: ms }) => [status, ms])).toEqual(
          results.map(({ status, duration_ms: ms }) => [status, ms]),
        );
        expect(new Set(safe.results.map((one) => one.configuration_identifier)).size).toBe(results.length);
      }),
    );
  });
});

describe('a pattern of --redact', () => {
  test('is a regular expression', () => {
    expect(parseRedactPattern('a+').source).toBe('a+');
    expect(thrown(() => parseRedactPattern('('))).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/^Expected --redact to be a regular expression, got "\(": /) as string,
    });
    expect(thrown(() => parseRedactPattern(''))).toMatchObject({ name: 'UserError' });
  });
});

test('a redactor takes out what was hidden after it had left the same text as it is', () => {
  const own = createRedactor();
  expect(own('the word is swordfish')).toBe('the word is swordfish');
  own.hide('swordfish');
  expect(own('the word is swordfish')).toBe('the word is [redacted]');
});
