import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import type { RunResult } from '../../../../lib/wire';
import { renderHtml } from '../../../../scripts/report/html/html';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/**
 * `describe` for tests in a real browser, or `describe.skip` where there is none. With SYSTEM_TEST_REQUIRE_BROWSER=1, as
 * in CI, the tests run in any case and fail without it.
 */
export function describeInBrowser(name: string, tests: () => void): void {
  const isThere = executablePath !== undefined;
  const run = isThere || process.env.SYSTEM_TEST_REQUIRE_BROWSER === '1' ? describe : describe.skip;
  run(isThere ? name : `${name} (chromium is not installed)`, tests);
}

/** How a report is looked at. */
interface Look {
  /** What a shared link would have at its end. */
  hash?: string;
  /** Pixels. Default: 1280. */
  width?: number;
  colorScheme?: 'light' | 'dark';
}

/** Opens reports from disk in Chromium, one after another. */
export class ReportBrowser {
  /** Messages on the console, dialogs and exceptions since the report was opened. */
  complaints: string[] = [];
  /** What was asked for since then, besides the report itself. */
  requests: string[] = [];
  private opened = 0;

  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
    private readonly directory: string,
  ) {
    page.on('console', (message) => this.complaints.push(message.text()));
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('dialog', (dialog) => this.complaints.push(dialog.message()));
    page.on('request', (request) => {
      if (!request.isNavigationRequest() && !request.url().startsWith('data:')) {
        this.requests.push(request.url());
      }
    });
  }

  static async launch(): Promise<ReportBrowser> {
    const args = [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ];
    const browser = await chromium.launch({ executablePath, args });
    // Without motion the tests need not wait for the end of a scroll.
    const page = await browser.newPage({ reducedMotion: 'reduce' });
    return new ReportBrowser(browser, page, mkdtempSync(join(tmpdir(), 'report-')));
  }

  open(run: RunResult, look?: Look): Promise<Page> {
    return this.openHtml(renderHtml(run), look);
  }

  async openHtml(html: string, { hash = '', width = 1280, colorScheme = 'light' }: Look = {}): Promise<Page> {
    this.opened += 1;
    const file = join(this.directory, `${this.opened}.html`);
    writeFileSync(file, html);
    this.complaints = [];
    this.requests = [];
    await this.page.setViewportSize({ width, height: 800 });
    await this.page.emulateMedia({ colorScheme, media: 'screen' });
    await this.page.goto(pathToFileURL(file).href + hash);
    return this.page;
  }

  async close(): Promise<void> {
    await this.browser.close();
    rmSync(this.directory, { recursive: true });
  }
}
