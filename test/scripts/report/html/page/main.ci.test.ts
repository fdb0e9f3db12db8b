import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { RunComparison, RunResult } from '../../../../../lib/wire';
import { applyKnownFailures } from '../../../../../scripts/result/knownFailures';
import { describeInBrowser, ReportBrowser } from '../browser';
import { aMixedRun, aRun } from '../runs';

const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

describeInBrowser('the HTML report in Chromium', () => {
  let reports: ReportBrowser;
  beforeAll(async () => {
    reports = await ReportBrowser.launch();
  });
  afterAll(() => reports.close());

  test('opens from disk without a request and without a complaint', async () => {
    const page = await reports.open(aMixedRun());
    expect(await page.title()).toBe('ERRORED: 35 of 40 passed – system test');
    expect(reports.requests).toEqual([]);
    expect(reports.complaints).toEqual([]);
  });

  test('has the verdict on top, with its counts', async () => {
    const page = await reports.open(aMixedRun());
    expect(await page.locator('h1').innerText()).toBe('ERRORED');
    expect(await page.locator('.lead').innerText()).toBe(
      'No verdict. 1 of 40 configurations could not be tested, and 3 failed.',
    );
    expect((await page.locator('.counts li').allInnerTexts()).map((text) => text.replace(/\s+/g, ' '))).toEqual([
      '35 passed',
      '3 failed',
      '1 errored',
      '1 flaky',
      '1 known',
    ]);
  });

  test.each([
    [
      { verdict: 'PASSED', failed: 2, passed: 38, tolerated_failures: 2 },
      '38 of 40 configurations passed. 2 failed, and 2 may.',
    ],
    [
      { verdict: 'PASSED', failed: 0, passed: 40, flaky: 1 },
      'All 40 configurations passed. 1 passed only when run again.',
    ],
    [{ verdict: 'PASSED', failed: 0, passed: 35, known: 5 }, '35 of 40 configurations passed. 5 failed as known.'],
    [{ failed: 5, tolerated_failures: 2 }, '5 of 40 configurations failed, more than the 2 tolerated.'],
    [
      { failed: 0, passed: 40, flaky: 1 },
      '1 of 40 configurations passed only when run again, which counts as failed in this run.',
    ],
    [
      { verdict: 'ERRORED', status: 'ABORTED', errored: 3, failed: 0 },
      'No verdict. The execution was stopped. 3 of 40 configurations could not be tested.',
    ],
    [
      { verdict: 'ERRORED', status: 'TIMED_OUT' },
      'No verdict. The execution timed out. 5 of 40 configurations failed.',
    ],
    [
      { verdict: 'ERRORED', failed: 0, passed: 40, disagreement: 'one is missing' },
      'No verdict. What came back does not agree: one is missing.',
    ],
  ] as [Partial<RunResult>, string][])('puts %j into a sentence', async (change, sentence) => {
    const page = await reports.open(aRun(40, 10, change));
    expect(await page.locator('.lead').innerText()).toBe(sentence);
  });

  test('says first what is new, and leads to it', async () => {
    const comparison: RunComparison = {
      with: { started_at: '2025-11-21T03:14:07Z', verdict: 'PASSED', file: 'old.json' },
      newly_failing: ['config_4'],
      still_failing: [{ configuration_identifier: 'config_12', since: '2025-11-20T03:00:00Z', runs: 3 }],
      fixed: [],
      added: Array.from({ length: 25 }, (_, index) => `config_${index}`),
      gone: ['<b>config_40</b>'],
      slower: [{ configuration_identifier: 'config_1', before_ms: 1000, duration_ms: 3000 }],
    };
    const page = await reports.open(aRun(40, 10, { comparison }));
    const section = page.locator('main section').first();
    expect(await section.locator('h2').innerText()).toBe('New since the run of 2025-11-21 03:14 UTC (passed)');
    const lists = await section.locator('ol > li').allInnerTexts();
    expect(lists.map((text) => text.replace(/\s+/g, ' '))).toEqual([
      '1 newly failing config_4',
      '1 still failing (since 2025-11-20, 3 runs) config_12',
      expect.stringMatching(/^25 added config_0 .* config_19 and 5 more$/),
      '1 gone <b>config_40</b>',
      '1 slower config_1 (3.0s, before 1.0s)',
    ]);
    expect(await section.innerText()).toContain('Saved in old.json');
    await section.getByRole('button', { name: 'config_4', exact: true }).first().click();
    expect(await openDetails(page)).toEqual(['details-4']);
    expect(await (await reports.open(aRun())).locator('.comparison').count()).toBe(0);
  });

  test('tells the facts of the execution, its cost and the way it took', async () => {
    const page = await reports.open(aRun());
    const facts = await page.locator('.execution').innerText();
    expect(facts).toContain('2025-11-22 03:14:06 UTC');
    expect(facts).toContain('at most 10 at once');
    expect(facts).toContain('arn:aws:states:eu-west-1:123456789012:execution:SystemTest:release-2025-11-22');
    expect(await page.locator('.execution a').getAttribute('href')).toMatch(/^https:\/\/eu-west-1\.console/);
    expect(await page.locator('.cost').innerText()).toMatch(
      /\$0\.0016[^]*45 transitions[^]*eu-west-1 for x86_64, 2025-11-01/,
    );
    expect(await page.locator('.workflow svg').getAttribute('aria-label')).toBe(
      'The way of the execution: Check input, then “Input accepted?” (yes), then Test configurations ' +
        '(40 configurations, at most 10 at once, 35 passed, 5 did not), then “All passed?” (no), then Failed.',
    );
  });

  test.each([
    ['passed', { status: 'SUCCEEDED', verdict: 'PASSED' }, 'Passed', 'The execution ended in “Passed”.'],
    ['was stopped', { status: 'ABORTED', verdict: 'ERRORED' }, '', 'ended in “Test configurations” (ABORTED).'],
    ['failed as known', { status: 'FAILED', verdict: 'PASSED' }, 'Failed', 'known failures are told apart afterwards'],
  ] as const)('shows where an execution that %s came to', async (_, change, end, words) => {
    const page = await reports.open(aRun(40, 10, change));
    expect((await page.locator('.workflow .end.taken + text').allTextContents()).join()).toBe(end);
    expect(await page.locator('.workflow').innerText()).toContain(words);
  });

  test('tells which build and which version of the function it was, with a link', async () => {
    const origin = { tool_version: '1', commit: 'da15608', build: '<b>7', function_version: '3' };
    const page = await reports.open(aRun(3, 1, { origin: { ...origin, build_url: 'http://ci.example/7' } }));
    const facts = page.locator('.execution');
    expect(await facts.innerText()).toContain('commit da15608, build <b>7, function version 3');
    expect(await facts.locator('a', { hasText: 'Open the build' }).getAttribute('href')).toBe('http://ci.example/7');
  });

  test('has no graph and no link where the function was invoked directly, or the link is not of the web', async () => {
    const script = 'javascript:alert(1)';
    const page = await reports.open(
      aRun(3, 1, { execution_arn: '', console_url: script, origin: { tool_version: '1', build_url: script } }),
    );
    expect(await page.locator('.workflow').innerText()).toContain('no state machine ran');
    expect(await page.locator('.workflow svg, .execution a').count()).toBe(0);
  });

  test('draws who ran when, says how full the lanes were, and opens the one that is clicked', async () => {
    const page = await reports.open(aRun());
    const timeline = page.locator('.timeline');
    expect(await timeline.innerText()).toMatch(/The lanes were \d+% full\. In no order could it have taken less than/);
    // The one that failed first is at the start of the second lane.
    const area = (await timeline.locator('svg.bars').boundingBox())!;
    await page.mouse.move(area.x + 10, area.y + area.height * 0.15);
    expect(await timeline.locator('.tip').innerText()).toMatch(/^config_4\s+Failed · 2\.1 s · from \+0 ms$/);
    await page.mouse.down();
    await page.mouse.up();
    expect(await openDetails(page)).toEqual(['details-4']);
  });

  test('says so where starts and stops can not be had', async () => {
    const run = aRun();
    run.results.forEach((result) => delete result.started_at);
    const page = await reports.open(run);
    expect(await page.locator('.timeline').innerText()).toMatch(/history of the execution, which could not be had/);
    expect(await page.locator('.timeline').innerText()).toMatch(/no order could have taken less than 22\.2 s at 10/);
    expect(reports.complaints).toEqual([]);
  });

  test('draws a second run of some of them on its own', async () => {
    const page = await reports.open(aMixedRun());
    expect(await page.locator('.wave-title').allInnerTexts()).toEqual([
      'Run 1: 40 invocations from 2025-11-22 03:14:07 UTC, 10 lanes',
      'Run 2: 1 invocation from 2025-11-22 03:15:42 UTC, 1 lane',
    ]);
  });

  test('sorts by any column, both ways, and keeps the order in the address', async () => {
    const page = await reports.open(aRun());
    const header = page.locator('th.col-duration');
    await header.getByRole('button').click();
    expect(await header.getAttribute('aria-sort')).toBe('ascending');
    expect(await firstNames(page, 2)).toEqual(['config_1', 'config_11']);
    await header.getByRole('button').press('Enter');
    expect(await header.getAttribute('aria-sort')).toBe('descending');
    expect(await firstNames(page, 1)).toEqual(['config_38']);
    expect(await page.locator('th[aria-sort]').count()).toBe(1);
    expect(new URL(page.url()).hash).toBe('#sort=duration&order=descending');
  });

  test('filters by status and searches, and says how many it found', async () => {
    const page = await reports.open(aMixedRun());
    await page.getByRole('radio', { name: 'Failed 3' }).check({ force: true });
    expect(await firstNames(page, 9)).toEqual(['config_4', 'config_28', 'config_36']);
    await page.getByLabel('Search identifiers and errors').fill('ticket');
    expect(await firstNames(page, 9)).toEqual(['config_28']);
    expect(await page.locator('.found').innerText()).toBe('1 of 40 shown');
    expect(new URL(page.url()).hash).toBe('#status=failed&search=ticket');
  });

  test('shows what a shared link says', async () => {
    const page = await reports.open(aMixedRun(), { hash: '#search=supplier&open=20' });
    expect(await firstNames(page, 9)).toEqual(['config_20']);
    expect(await page.getByLabel('Search identifiers and errors').inputValue()).toBe('supplier');
    expect(await openDetails(page)).toEqual(['details-20']);
    await page.evaluate('location.hash = "#status=errored"');
    await page.locator('.found', { hasText: '1 of 40 shown' }).waitFor();
    expect(await firstNames(page, 9)).toEqual(['config_33']);
  });

  test('has error, log and response a click away, and closes them with the next', async () => {
    const page = await reports.open(aRun());
    const toggle = page.getByRole('button', { name: 'config_4', exact: true }).last();
    await page.locator('tr.line .col-note').first().click();
    expect(await toggle.getAttribute('aria-expanded')).toBe('true');
    const details = await page.locator('.details').innerText();
    expect(details).toContain('Error: Something went wrong!');
    expect(details).toMatch(/Configuration\s+\{\s+"country": "FR"/i);
    expect(details).toMatch(/Log output[^]*ERROR\s+Invoke Error\nError: Something went wrong!\n[^]*REPORT RequestId/);
    await toggle.click();
    expect(await toggle.getAttribute('aria-expanded')).toBe('false');
    expect(await openDetails(page)).toEqual([]);
    await page.locator('tr.line', { hasText: 'config_39' }).click();
    expect(await page.locator('.details').innerText()).toContain('"system_test_successful": true');
  });

  test('is used with the keyboard alone', async () => {
    const page = await reports.open(aRun(16, 4));
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').innerText()).toBe('Skip to the configurations');
    await page.keyboard.press('Enter');
    // Search, the filters, six headers, the first row.
    for (let presses = 0; presses < 9; presses++) {
      await page.keyboard.press('Tab');
    }
    expect(await page.locator(':focus').innerText()).toBe('config_4');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.keyboard.press('Enter');
    expect(await openDetails(page)).toEqual(['details-4']);
    await page.keyboard.press('Space');
    expect(await openDetails(page)).toEqual([]);
  });

  test('leads from a reason to the configurations it holds for', async () => {
    const page = await reports.open(aMixedRun());
    expect(await page.locator('.causes .reason').allInnerTexts()).toEqual(
      expect.arrayContaining([
        'Error Something went wrong!',
        'Known failure Feed is down until the supplier moves. It does not count against the verdict until 2025-12-31.',
      ]),
    );
    await page.getByRole('button', { name: 'Show all in the table' }).first().click();
    expect(await firstNames(page, 9)).toEqual(['config_4', 'config_28', 'config_36']);
    // The filter would hide this one, so it goes.
    await page.locator('.causes .chip', { hasText: 'config_12' }).click();
    expect(await openDetails(page)).toEqual(['details-12']);
    expect(await page.locator(':focus').innerText()).toBe('config_12');
  });

  test('keeps the earlier outcomes of a flaky one, and the reason of a known one', async () => {
    const page = await reports.open(aMixedRun(), { hash: '#open=12,20' });
    await page.locator('summary').click();
    expect(await page.locator('.earlier').innerText()).toMatch(
      /Try 1 of 2:\s+Failed\s+Error: Something went wrong![^]*REPORT RequestId/,
    );
    expect(await page.locator('.known-note').innerText()).toBe(
      'Known failure: Feed is down until the supplier moves — Good until 2025-12-31.',
    );
  });

  test('says once what is to do about each known failure: with its configuration, where there is one', async () => {
    const list = ['config_5', 'config_20', 'config_28', 'config_99'].map((configuration_identifier) => {
      const { known } =
        aMixedRun().results.find((one) => one.configuration_identifier === configuration_identifier) ?? {};
      const { reason = 'Gone', expires = '2025-12-31' } = known ?? {};
      return { configuration_identifier, reason, expires };
    });
    const run = applyKnownFailures(aMixedRun(), list, { today: '2025-11-22' });
    expect(run.known_failure_notes).toHaveLength(3);

    const page = await reports.open(run);

    const causes = page.locator('.causes > ol > li');
    const about = async (name: string) => (await causes.filter({ hasText: name }).allInnerTexts()).map(oneLine);
    expect(await about('config_5')).toEqual([
      expect.stringMatching(/ Known failure that passed .* Take it off the list/),
    ]);
    expect(await about('config_28')).toEqual([
      expect.stringMatching(/ past its date .* fix it, or give the list a later/),
    ]);
    expect(await page.locator('.notes li').allInnerTexts()).toEqual([
      'Known failure "config_99" is the name of no configuration in this run.',
    ]);
  });

  test('says why the cost is not known', async () => {
    const page = await reports.open({ ...aRun(), cost: undefined, cost_unknown: 'No log tells the memory.' });
    expect(await page.locator('.cost').innerText()).toContain('Not known: No log tells the memory.');
  });

  test('shows hostile text as text', async () => {
    const text = '</script><img src=x onerror=alert(1)><b>]]>\u202egnp\u0007\u001b[31m" onclick="alert(2)';
    const seen = '</script><img src=x onerror=alert(1)><b>]]>⟨U+202E⟩gnp⟨U+0007⟩" onclick="alert(2)';
    const run = aRun(1, 1);
    run.results[0] = {
      configuration_identifier: text,
      status: 'FAILED',
      error: { type: text, message: text },
      response: { [text]: text },
      log_tail: text,
      known: { reason: text, expires: text, expired: true },
    };
    const page = await reports.open({ ...run, execution_arn: `a:b:c:d:e:f:g:${text}` });
    await page.locator('.toggle').click();
    expect(await page.locator('.toggle').textContent()).toBe(seen);
    expect(await page.locator('.details pre').first().textContent()).toBe(`${seen}: ${seen}`);
    expect(await page.locator('img, body b b, [onclick], [onerror]').count()).toBe(0);
    expect(reports.complaints).toEqual([]);
    expect(reports.requests).toEqual([]);
  });

  test('draws two hundred of 10,000 rows at a time, and finds any of them', async () => {
    const page = await reports.open(aRun(10_000, 40));
    const lines = page.locator('tr.line');
    expect(await lines.count()).toBe(200);
    expect(await page.evaluate<number>('document.querySelectorAll("*").length')).toBeLessThan(6000);
    expect(await page.locator('.timeline .bar').count()).toBe(2);
    await page.getByRole('button', { name: 'Next' }).click();
    expect(await page.locator('.pager').innerText()).toContain('201 to 400 of 10,000');
    await page.getByRole('radio', { name: 'Passed' }).check({ force: true });
    expect(await page.locator('.found').innerText()).toBe('8,750 of 10,000 shown');
    await page.getByLabel('Search identifiers and errors').fill('config_9999');
    expect(await firstNames(page, 9)).toEqual(['config_9999']);
    expect(await page.locator('.pager').isVisible()).toBe(false);
  });

  test('says what of a distributed run it leaves out, and draws nothing of a part', async () => {
    const all = aRun(12, 4, { mode: 'DISTRIBUTED' });
    const page = await reports.open({
      ...all,
      total: 2000,
      passed: 1990,
      failed: 10,
      results: all.results.slice(0, 10),
    });
    expect(await page.locator('.configurations .aside').innerText()).toMatch(
      /^\d failed and 1,98\d passed are not listed\. The JSON report has all\.$/,
    );
    expect(await page.locator('.timeline, .durations').count()).toBe(0);
    expect(await page.locator('.workflow .aside').innerText()).toContain('The execution ended in “Failed”.');
    expect(await page.locator('.workflow').innerHTML()).toContain('Distribute configurations');
    const whole = await reports.open(all);
    expect(await whole.locator('.durations').count()).toBe(1);
  });

  test.each([375, 768, 1280])('fits a screen of %d pixels', async (width) => {
    const run = aMixedRun();
    run.results[4]!.configuration_identifier = 'x'.repeat(1024);
    run.results[4]!.error = { type: 'E'.repeat(300), message: 'm'.repeat(900) };
    run.results[4]!.log_tail = 'l'.repeat(900);
    const page = await reports.open(run, { width, hash: '#open=4,12' });
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(width);
    expect(await page.locator('thead').isVisible()).toBe(width > 640);
  });

  test('sorts on a phone by a list, as there is no table header', async () => {
    const page = await reports.open(aRun(), { width: 375 });
    await page.getByLabel('Sort by').selectOption('Duration, descending');
    expect(await firstNames(page, 1)).toEqual(['config_38']);
  });

  test('prints what did not pass with its details, without controls, in light colours', async () => {
    const page = await reports.open(aRun(), { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    expect(await openDetails(page)).toHaveLength(5);
    expect(await page.locator('.controls').isVisible()).toBe(false);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    await page.evaluate('dispatchEvent(new Event("afterprint"))');
    expect(await openDetails(page)).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('has no accessibility problem that axe finds (%s)', async (colorScheme) => {
    const page = await reports.open(aMixedRun(), { colorScheme, hash: '#open=4,12,20' });
    await page.evaluate(axeSource);
    const violations = await page.evaluate<string[]>(
      `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
         violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target.join(' '))))`,
    );
    expect(violations).toEqual([]);
  });
});

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** Identifiers of the first rows of the table. */
async function firstNames(page: Page, most: number): Promise<string[]> {
  return (await page.locator('.toggle').allInnerTexts()).slice(0, most);
}

async function openDetails(page: Page): Promise<string[]> {
  return page.evaluate<string[]>('[...document.querySelectorAll(".details-line")].map(({ id }) => id)');
}
