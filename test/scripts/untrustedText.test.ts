import fc from 'fast-check';
import { createColors } from 'picocolors';
import { printable, printableLine } from '../../scripts/terminal/printable';
import { renderHtml } from '../../scripts/report/html/html';
import { withoutWorkflowCommands } from '../../scripts/report/workflowCommands';
import type { Json, RunResult } from '../../lib/wire';
import { textReport } from '../../scripts/report/text';
import { jsonReport } from '../../scripts/report/json';
import { createRedactor, redactResult } from '../../scripts/result/redaction';
import { hostileResult, hostileText, passed, runResultOf } from './runResults';

describe('on a terminal', () => {
  test('no text can move the cursor, colour, reorder or hide anything', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(printable(text)).not.toMatch(
          // eslint-disable-next-line no-control-regex -- these are what it is about
          /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u,
        );
        expect(printable(printable(text))).toBe(printable(text));
        expect(printableLine(text)).not.toMatch(/[\n\r\t\u2028\u2029]/);
      }),
      { numRuns: 1000 },
    );
  });

  test('nor can any of a result, in the text report', () => {
    fc.assert(
      fc.property(hostileResult, (result) => {
        expect(textReport(result, createColors(false))).not.toMatch(
          // eslint-disable-next-line no-control-regex -- these are what it is about
          /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u,
        );
      }),
    );
  });

  test('text without controls stays as it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\n\t -~äöüß✓€😀]*$/u), (text) => {
        expect(printable(text)).toBe(text);
      }),
    );
  });

  test('a long text takes no long time', () => {
    const started = performance.now();
    for (const part of ['\u001b', '\u001b]', '\u001b];', '\u009b;', '\u001b[1;', '\u001b]a;a', '\ud800', '\n ']) {
      printable(part.repeat(100_000));
      printableLine(part.repeat(100_000));
    }
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('in HTML', () => {
  test('no text begins an element or ends the one that it is in', () => {
    fc.assert(
      fc.property(hostileResult, (result) => {
        const [, json = ''] = /id="result">([^]*?)<\/script>/.exec(renderHtml(result))!;
        expect(json).not.toContain('<');
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(result)));
      }),
    );
  });
});

describe('in the JSON report', () => {
  test('no text is reordered or hidden, and it is the same JSON', () => {
    fc.assert(
      fc.property(hostileResult, (result) => {
        const json = [...jsonReport(result)].join('');
        expect(json).not.toMatch(
          // eslint-disable-next-line no-control-regex -- these are what it is about
          /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u,
        );
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(result)));
      }),
    );
  });

  test('a key is kept whatever it is called', () => {
    const response = JSON.parse('{"__proto__": {"password": "hunter2", "a": 1}}') as Json;
    const result = redactResult(runResultOf([passed('__proto__', { response })]), createRedactor());
    const report = [...jsonReport(result)].join('');
    expect((JSON.parse(report) as RunResult).results[0]!).toMatchObject({ configuration_identifier: '__proto__' });
    expect(report.replace(/\s+/g, '')).toContain('"response":{"__proto__":{"password":"[redacted]","a":1}}');
  });
});

describe('in the log of a CI job', () => {
  test.each([
    ['::error::owned', ': :error::owned'],
    ['log\n  \t::set-env name=PATH::/evil', 'log\n  \t: :set-env name=PATH::/evil'],
    ['a\r::stop-commands::x', 'a\r: :stop-commands::x'],
    ['::::', ': :::'],
    ['text ##vso[task.setvariable variable=x]y', 'text # #vso[task.setvariable variable=x]y'],
    ['##VSO[x]', '# #VSO[x]'],
    ["##teamcity[testFailed name='x']", "# #teamcity[testFailed name='x']"],
    ['##[error]owned', '# #[error]owned'],
    ['###[error]owned', '## #[error]owned'],
  ])('%j is no order', (text, expected) => {
    expect(withoutWorkflowCommands(text)).toBe(expected);
  });

  test.each(['std::string a::b', 'Error: a ## b', '# [link]', '10:00:00 x'])('%j stays as it is', (text) => {
    expect(withoutWorkflowCommands(text)).toBe(text);
  });

  test('no text is an order', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const safe = withoutWorkflowCommands(text);
        expect(safe).not.toMatch(/^[^\S\r\n]*::/m);
        expect(safe).not.toMatch(/##(?:vso|teamcity)?\[/i);
        expect(withoutWorkflowCommands(safe)).toBe(safe);
        expect(safe.replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
      { numRuns: 1000 },
    );
  });
});
