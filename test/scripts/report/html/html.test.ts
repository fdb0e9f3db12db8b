import { createHash } from 'node:crypto';
import { renderHtml } from '../../../../scripts/report/html/html';
import { aRun } from './runs';

const hostile = '</script><img src=x onerror=alert(1)><!--<script>\u2028]]>&amp;"\u0000\ud800';

describe('the HTML report as a file', () => {
  test('carries the result as JSON that no text in it can break out of', () => {
    const run = aRun(1);
    run.results[0]!.configuration_identifier = hostile;
    run.results[0]!.log_tail = hostile;
    const html = renderHtml(run);
    const json = /<script type="application\/json" id="result">(.*)<\/script>/.exec(html)![1]!;
    expect(json).not.toMatch(/[<\u2028\u2029]/);
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(run)));
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    expect(html).not.toContain('<img');
  });

  test('carries no more of a configuration than a person reads', () => {
    const run = aRun(1);
    run.results[0]!.configuration = { country: 'FR', long: 'x'.repeat(100_000) };
    const json = /id="result">(.*)<\/script>/.exec(renderHtml(run))![1]!;
    expect(json.length).toBeLessThan(10_000);
    expect(json).toContain('country: FR, long: xxx');
  });

  test('allows its own script and styles by their hashes, and nothing else', () => {
    const html = renderHtml(aRun());
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!;
    const hashOf = (element: RegExp) => {
      const [, text = ''] = element.exec(html)!;
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    };
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hashOf(/<script>([^]*?)<\/script>/)}`,
      `style-src ${hashOf(/<style>([^]*?)<\/style>/)}`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(html).not.toMatch(/ (?:style|on\w+)=/);
  });

  test('says the verdict in its title, and where scripts are not allowed', () => {
    const html = renderHtml(aRun());
    expect(html).toContain('<title>FAILED: 35 of 40 passed – system test</title>');
    expect(html).toMatch(/<noscript><p>FAILED: 35 of 40 passed\./);
  });
});
