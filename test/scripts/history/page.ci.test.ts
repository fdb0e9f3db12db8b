import { readFileSync } from 'node:fs';
import { historyHtml } from '../../../scripts/history/historyHtml';
import { historyOf } from '../../../scripts/history/historyOf';
import { describeInBrowser, ReportBrowser } from '../report/html/browser';
import { drawnRuns } from './recordedRuns';

const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const hostile = '</script><img src=x onerror=alert(1)>\u202e';

const about = { state_machine_arn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:Feeds' };
const drawings = { ok: '......', 'fr/feed': 'FF....', 'it/feed': '.~.EF.', 'de/feed': '.k..F ', [hostile]: '..F...' };
const html = historyHtml(historyOf(drawnRuns(drawings), about));

describeInBrowser('the page of the history in Chromium', () => {
  let reports: ReportBrowser;
  beforeAll(async () => {
    reports = await ReportBrowser.launch();
  });
  afterAll(() => reports.close());

  it('opens from disk without a request and without a complaint, whatever texts are in it', async () => {
    const page = await reports.openHtml(html);

    expect(await page.title()).toBe(
      '1 of 6 runs passed. Configurations: 1 failing, 2 flaky, 1 mended, 1 steady – history of the system test',
    );
    expect(await page.locator('h1').innerText()).toBe('Feeds');
    expect(await page.locator('img').count()).toBe(0);
    expect(reports.requests).toEqual([]);
    expect(reports.complaints).toEqual([]);
  });

  it('has a row for each configuration that matters, and says its cells in words', async () => {
    const page = await reports.openHtml(html);
    const rows = page.locator('.heat-map tbody tr');

    expect(await rows.first().innerText()).toMatch(/^fr\/feed\s+failing since 2026-11-19, 2 runs$/);
    expect(await rows.count()).toBe(4);
    expect(await page.getByRole('img').first().getAttribute('aria-label')).toBe('The newest first: 2 failed, 4 passed');
    const label = await rows.filter({ hasText: 'it/feed' }).getByRole('img').getAttribute('aria-label');
    expect(label).toBe('The newest first: 1 passed, 1 flaky, 1 passed, 1 errored, 1 failed, 1 passed');
  });

  it('draws kinds in other heights too, as a colour alone says nothing to some', async () => {
    const page = await reports.openHtml(html);
    const heightOf = async (kind: string) => (await page.locator(`.strip .is-${kind}`).first().boundingBox())!.height;

    expect(await Promise.all(['failed', 'known', 'passed'].map(heightOf))).toEqual([18, 10, 4]);
  });

  it('opens a name to its outcomes, one by one, by the keyboard', async () => {
    const page = await reports.openHtml(html);
    const toggle = page.getByRole('button', { name: 'fr/feed' });
    await toggle.press('Enter');

    expect(await toggle.getAttribute('aria-expanded')).toBe('true');
    const items = await page.locator('.outcomes li').allInnerTexts();
    expect(items).toHaveLength(6);
    expect(items[0]!.replace(/\s+/g, ' ')).toBe('2026-11-20 02:14 UTC Failed 3.0 s nightly-20');

    await toggle.press('Enter');
    expect(await page.locator('.outcomes').count()).toBe(0);
  });

  it('says of a cell under the pointer which run it is', async () => {
    const page = await reports.openHtml(html);
    const strip = page.locator('.strip').first();
    const { x, y, width, height } = (await strip.boundingBox())!;
    await page.mouse.move(x + (width * 2.5) / 6, y + height / 2);

    expect(await strip.getAttribute('title')).toBe('2026-11-18 02:14 UTC · Passed · 3.0 s');
  });

  it('searches, and shows a thousand of more', async () => {
    const many = Object.fromEntries(Array.from({ length: 1_050 }, (_, index) => [`feed_${index}`, 'F']));
    const page = await reports.openHtml(historyHtml(historyOf(drawnRuns(many), about)));

    expect(await page.locator('.found').innerText()).toBe('The first 1,000 of 1,050 configurations');
    expect(await page.locator('.heat-map tbody tr').count()).toBe(1_000);
    await page.getByLabel('Search identifiers').fill('FEED_1049');
    expect(await page.locator('.found').innerText()).toBe('1 configuration');
    expect(await page.locator('.heat-map tbody tr').innerText()).toMatch(/^feed_1049\s/);
  });

  it('says so where nothing asks for a look', async () => {
    const page = await reports.openHtml(historyHtml(historyOf(drawnRuns({ a: '..', b: '..' }), about)));

    expect(await page.locator('.configurations').innerText()).toMatch(/2 configurations: passed whenever tested/);
    expect(await page.locator('.runs tbody tr').count()).toBe(2);
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)('can be used by everybody: %s, %i pixels wide', async (colorScheme, width) => {
    const page = await reports.openHtml(html, { colorScheme, width });
    await page.locator('.toggle').first().click();
    await page.evaluate(axeSource);
    const violations = await page.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes[0].html]))',
    );

    expect(violations).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });
});
