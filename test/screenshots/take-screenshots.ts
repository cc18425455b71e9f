import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { readDemoConfig } from '../../src/demo/demo.config';
import { createDemo } from '../../src/demo/start-demo';
import { Visitors } from '../../src/demo/visitors';

const IMAGES = join(__dirname, '../../docs/images');
/** Longer than the window that the page shows at first. */
const TRAFFIC_MS = 330_000;
const DESKTOP = { width: 1400, height: 1240 };
const PHONE = { width: 390, height: 844 };

interface Picture {
  readonly name: string;
  readonly hash: string;
  readonly viewport: { readonly width: number; readonly height: number };
}

/** The demo with the traffic that `npm start` gives it. */
async function startDemo() {
  const config = readDemoConfig({});
  const app = await createDemo(config, { logger: false });
  const { port } = ((await app.listen(0, '127.0.0.1')) as Server).address() as AddressInfo;
  await app.get(Visitors).invite(config.visitEveryMs);
  return { url: `http://127.0.0.1:${port}/metrics`, close: () => app.close() };
}

/** Of the request in which the expert's tool has reached its limit. */
async function idOfSlowRequest(url: string): Promise<string> {
  const response = await fetch(`${url}/requests?view=slowest&error_type=TimeoutError&limit=1`);
  const { requests } = (await response.json()) as { requests: { id: string }[] };
  return requests[0]!.id;
}

async function picturesOf(url: string): Promise<Picture[]> {
  return [
    { name: 'dashboard', hash: '', viewport: DESKTOP },
    {
      name: 'dashboard-request',
      hash: `#request=${await idOfSlowRequest(url)}`,
      viewport: { ...DESKTOP, height: 760 },
    },
    { name: 'dashboard-tool', hash: '#tool=calculate', viewport: { ...DESKTOP, height: 1000 } },
    { name: 'dashboard-phone', hash: '#list=failed', viewport: PHONE },
  ];
}

async function take(browser: Browser, url: string, { name, hash, viewport }: Picture): Promise<void> {
  const page = await browser.newPage({ viewport, colorScheme: 'light', timezoneId: 'UTC', deviceScaleFactor: 1 });
  await page.goto(`${url}/dashboard${hash}`);
  await untilDrawn(page);
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
  await page.close();
  process.stdout.write(`${name}.png\n`);
}

async function untilDrawn(page: Page): Promise<void> {
  await page.locator('#requests a.request').first().waitFor();
  // What opens with the page scrolls into sight.
  await page.waitForTimeout(3_000);
}

async function takeAll(): Promise<void> {
  const { url, close } = await startDemo();
  await setTimeout(TRAFFIC_MS);
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  for (const picture of await picturesOf(url)) await take(browser, url, picture);
  await browser.close();
  await close();
}

void takeAll();
