import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';

const DEADLINE_MS = 10_000;

/** For each part of the page that has changed in a frame, how long that frame has worked, layout included, in milliseconds. */
const TIME_VIEWS = `
  globalThis.viewTimes = {};
  const changes = new MutationObserver(() => undefined);
  changes.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  const viewOf = (node) => {
    const view = (node instanceof Element ? node : node.parentElement)?.closest('view-frame > *');
    return view ? view.id || view.className : 'page';
  };
  const request = requestAnimationFrame;
  globalThis.requestAnimationFrame = (draw) => request((time) => {
    changes.takeRecords();
    const began = performance.now();
    draw(time);
    const changed = changes.takeRecords();
    // Microtasks that it has left belong to the frame.
    queueMicrotask(() => {
      document.body.offsetHeight;
      const took = performance.now() - began;
      const views = new Set(changed.map(({ target }) => viewOf(target)));
      for (const view of views) (viewTimes[view] ??= []).push(took);
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
    await context.addInitScript(TIME_VIEWS);
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
        // Rows out of sight are not laid out, and have no inner text.
        (await row.locator('th .name').textContent()) ?? '',
        ...(await row.locator('td.number').allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim()),
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

  /** How long frames took in which each part of the page has changed, in milliseconds, from now on. */
  async timeViews(): Promise<() => Promise<Record<string, number[]>>> {
    await this.evaluate('viewTimes = {}');
    return () => this.evaluate('viewTimes');
  }

  /** The names of all that has this role, as the browser tells them to a screen reader. */
  async accessibleNames(role: string): Promise<string[]> {
    const session = await this.page.context().newCDPSession(this.page);
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const found = nodes.filter((node) => !node.ignored && node.role?.value === role);
    return found.map(({ name }) => String(name?.value));
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
