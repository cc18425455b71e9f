import { mkdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { chromium, type Browser, type Page } from 'playwright-core';
import { ExecutionTracker, METRICS_CLOCK, MetricsCollector, MetricsModule } from '../../src';
import { ManualClock } from '../../src/testing';
import { SimulatedCrew } from '../support/simulated-crew';

const IMAGES = join(__dirname, '../../docs/images');
const MINUTE_MS = 60_000;
/** While the pictures are taken time passes so much faster than here, so that each poll sees something new. */
const SPEED = 20;
const STEP_MS = 50;

const pricing = {
  'small-1': { inputPerMillion: 0.2, outputPerMillion: 0.8 },
  'large-2': { inputPerMillion: 2.5, outputPerMillion: 10 },
};

@Module({ imports: [MetricsModule.forRoot({ pricing, historySize: 5_000 })] })
class SimulatedModule {}

/** An application in which something has begun to fail two minutes ago. */
async function startApplication() {
  Object.assign(os, { hostname: () => 'support-7d9f' });
  const clock = new ManualClock(Date.UTC(2025, 5, 12, 9, 30));
  const module = await Test.createTestingModule({ imports: [SimulatedModule] })
    .overrideProvider(METRICS_CLOCK)
    .useValue(clock)
    .compile();
  const app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  const crew = new SimulatedCrew(app.get(ExecutionTracker), app.get(MetricsCollector), clock);
  crew.open(2_500);
  clock.advance(38 * MINUTE_MS);
  crew.openStuckRequest();
  clock.advance(MINUTE_MS);
  crew.isDatabaseDown = true;
  const timer = setInterval(() => clock.advance(STEP_MS * SPEED), STEP_MS);
  const { port } = (app.getHttpServer() as Server).address() as AddressInfo;
  const close = async () => {
    clearInterval(timer);
    await app.close();
  };
  return { url: `http://127.0.0.1:${port}/metrics/dashboard`, close };
}

const DESKTOP = { width: 1280, height: 960 };
const PHONE = { width: 390, height: 844 };

interface Picture {
  readonly name: string;
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly prepare?: (page: Page) => Promise<void>;
}

const PICTURES: readonly Picture[] = [
  { name: 'dashboard' },
  { name: 'dashboard-dark', colorScheme: 'dark' },
  { name: 'dashboard-phone', viewport: PHONE },
  { name: 'dashboard-tool', prepare: (page) => page.locator('#tools a', { hasText: 'sql_query' }).click() },
  {
    name: 'dashboard-waterfall',
    prepare: async (page) => {
      const request = page.locator('a.request', { hasText: 'QueryFailedError' }).first();
      const href = await request.getAttribute('href');
      await page.locator('#pause').click();
      await page.evaluate(`location.hash = ${JSON.stringify(href)}`);
      await page.locator('.waterfall').scrollIntoViewIfNeeded();
      await page.evaluate(`document.getElementById('requests').scrollIntoView()`);
    },
  },
];

async function take(browser: Browser, url: string, picture: Picture): Promise<void> {
  const { name, colorScheme = 'light', viewport = DESKTOP, prepare } = picture;
  const page = await browser.newPage({ viewport, colorScheme, timezoneId: 'UTC', deviceScaleFactor: 1 });
  await page.goto(url);
  // The plots of what the page itself has seen need a while.
  await page.waitForTimeout(12_000);
  await prepare?.(page);
  await page.waitForTimeout(1_000);
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
  await page.close();
  process.stdout.write(`${name}.png\n`);
}

async function takeAll(): Promise<void> {
  await mkdir(IMAGES, { recursive: true });
  const { url, close } = await startApplication();
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  await Promise.all(PICTURES.map((picture) => take(browser, url, picture)));
  await browser.close();
  await close();
}

void takeAll();
