import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

const DEADLINE_MS = 10_000;

/** How long the page has worked for each frame that it drew, in milliseconds. */
const TIME_FRAMES = `
  globalThis.frameTimes = [];
  const request = requestAnimationFrame;
  globalThis.requestAnimationFrame = (draw) => request((time) => {
    const began = performance.now();
    draw(time);
    // Microtasks that it has left, and the layout, belong to the frame.
    queueMicrotask(() => {
      document.body.offsetHeight;
      frameTimes.push(performance.now() - began);
    });
  });
`;

/** What axe-core says against a page, as far as the tests read it. */
interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

let browser: Browser | undefined;
const open: DashboardPage[] = [];

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ page }) => page.context().close()));
});

afterAll(() => browser?.close());

/** The dashboard in a real Chromium. It is closed after the test. */
export class DashboardPage {
  /** What the console had to say, violations of the Content-Security-Policy included. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() !== 'log') this.complaints.push(message.text());
    });
    page.on('dialog', (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  /** @param url of the page, with its hash */
  static async open(url: string, options: BrowserContextOptions = {}): Promise<DashboardPage> {
    const context = await browser!.newContext({ locale: 'en-US', timezoneId: 'UTC', ...options });
    await context.addInitScript(TIME_FRAMES);
    const dashboard = new DashboardPage(await context.newPage());
    open.push(dashboard);
    await dashboard.page.goto(url);
    return dashboard;
  }

  find(selector: string, text?: string | RegExp): Locator {
    return this.page.locator(selector, text === undefined ? {} : { hasText: text });
  }

  /** The texts of all elements, without space around and within that nobody sees. */
  async texts(selector: string): Promise<string[]> {
    const texts = await this.find(selector).allInnerTexts();
    return texts.map((text) => text.replace(/\s+/g, ' ').trim());
  }

  /** The only text of an element. */
  async text(selector: string): Promise<string> {
    const [text = ''] = await this.texts(selector);
    return text;
  }

  /** Rows of a table: the name, then the cells but the last, which is a drawing. */
  async rows(table: string): Promise<string[][]> {
    const rows = await this.find(`${table} tbody tr`).all();
    return Promise.all(
      rows.map(async (row) => [
        await row.locator('th .name').innerText(),
        ...(await row.locator('td.number').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim()),
      ]),
    );
  }

  get hash(): URLSearchParams {
    return new URLSearchParams(new URL(this.page.url()).hash.slice(1));
  }

  /** Runs in the page. */
  evaluate<Result>(expression: string): Promise<Result> {
    return this.page.evaluate<Result>(expression);
  }

  /** What axe-core finds fault with. */
  async accessibilityFaults(): Promise<string[]> {
    // In an isolated world, as a browser's extension would: the page's policy does not let it in.
    await this.page.evaluate(readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8'));
    const { violations } = await this.evaluate<AxeResults>(
      // Each link that says what to show begins with #, and is no link within the page.
      "axe.run({ rules: { 'skip-link': { enabled: false } } })",
    );
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }
}

/** Waits until what is seen is what should be; then, or in the end, it is expected. */
export async function eventually(expectIt: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    try {
      return await expectIt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await setTimeout(50);
    }
  }
}
