import { readableLog } from '../../../scripts/report/readableLog';

const id = '8f507cfc-1f9a-4c3e-9f7c-0d5a3f1f2b11';
const head = `2026-01-01T00:00:00.000Z\t${id}\tERROR\tInvoke Error`;
const stack = [
  'TypeError: no feed',
  '    at read (/var/task/index.js:41:11)',
  '    at Runtime.handleOnceNonStreaming (file:///var/runtime/index.mjs:1173:29)',
  '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
  '    at /var/runtime/Runtime.js:63:25',
  '    at async invokeHandler (/home/me/feeds/node_modules/lambda-system-test/dist/bootstrap.js:4:1648)',
  '    at invokeHandler (/home/me/feeds/node_modules/lambda-system-test/dist/bootstrap.js:4:1654)',
  '    at invokeHandlerWithCallback (/home/me/feeds/node_modules/lambda-system-test/dist/bootstrap.js:4:1752)',
  '    at invokeNext (/home/me/feeds/node_modules/lambda-system-test/dist/bootstrap.js:31:1433)',
];
const shown = stack.slice(0, 2);

describe('a log for people', () => {
  test.each<[string, string[], string[]]>([
    [
      "the error of Node.js as its stack, without the runtime's frames",
      ['START', `${head} \t${JSON.stringify({ errorType: 'TypeError', errorMessage: 'no feed', stack })}`, 'END'],
      ['START', head, ...shown, 'END'],
    ],
    [
      'what an error says beside its stack, and the error within it',
      [
        `${head} \t${JSON.stringify({ errorType: 'TypeError', errorMessage: 'no feed', name: 'TypeError', code: 'E_BAD', reason: { errorType: 'Deep', errorMessage: 'x', stack: ['Deep: x'] }, stack })}`,
      ],
      [head, ...shown, 'reason: Deep: x', '{"code":"E_BAD"}'],
    ],
    [
      'what an error is called where its stack says something else, or nothing',
      [JSON.stringify({ errorType: 'Runtime.Mine', errorMessage: 'no\nfeed', stackTrace: [] })],
      ['Runtime.Mine: no', 'feed'],
    ],
    [
      'the same in the log format JSON',
      [
        JSON.stringify({
          timestamp: 'T',
          level: 'ERROR',
          message: { errorType: 'TypeError', errorMessage: 'no feed', stackTrace: stack },
        }),
      ],
      ['{"timestamp":"T","level":"ERROR"}', ...shown],
    ],
    [
      'the lines of Python, which are joined by carriage returns, without those of its runtime',
      [
        [
          "[ERROR] KeyError: 'country'",
          'Traceback (most recent call last):',
          '\u00a0\u00a0File "/var/runtime/bootstrap.py", line 60, in handle',
          '\u00a0\u00a0\u00a0\u00a0response = handler(event)',
          '\u00a0\u00a0File "/var/task/index.py", line 7, in handler',
          '\u00a0\u00a0\u00a0\u00a0return event["country"]',
        ].join('\r'),
      ],
      [
        "[ERROR] KeyError: 'country'",
        'Traceback (most recent call last):',
        '\u00a0\u00a0File "/var/task/index.py", line 7, in handler',
        '\u00a0\u00a0\u00a0\u00a0return event["country"]',
      ],
    ],
    [
      'what is no error of a runtime as it is',
      ['{"stack":["a"]}', '{"errorType":"E","stack":"a"}', 'got {"errorType":"E","stack":["a"]', 'x {} {"a":1}', ''],
      ['{"stack":["a"]}', '{"errorType":"E","stack":"a"}', 'got {"errorType":"E","stack":["a"]', 'x {} {"a":1}', ''],
    ],
  ])('shows %s', (_, lines, expected) => {
    expect(readableLog(lines.join('\n')).split('\n')).toEqual(expected);
  });

  test('is there where the JSON nests deeper than can be written', () => {
    const deep = `{"errorType":"E","stack":[],"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect(readableLog(deep)).toBe(deep);
  });
});
