import { compare, pick } from '../harness/compare';
import type { Contestant, ContestantProcess } from '../harness/contestant';
import { loadHttp, type LoadReport } from '../harness/http-load';
import { rangeOf } from '../harness/statistics';
import { formatFigure, type Unit } from '../report/figures';
import { markdownTable } from '../report/markdown-table';
import type { Suite } from './suite';

const WITH: Contestant = { label: 'with the module and a scraper', subject: 'crew-with-metrics' };
const WITHOUT: Contestant = { label: 'without the module', subject: 'crew-without-metrics' };

const SCRAPE_EVERY_MS = 250;

interface LoadRound extends LoadReport {
  readonly perSecond: number;
  readonly blockMs: number;
}

/** Scrapes again and again until it is stopped. */
function startScraper(url: string): () => void {
  const scrape = () => {
    void fetch(url, { headers: { accept: 'text/plain;version=0.0.4' } }).then((response) => response.arrayBuffer());
  };
  const timer = setInterval(scrape, SCRAPE_EVERY_MS);
  return () => clearInterval(timer);
}

async function loadRound(contestant: ContestantProcess, seconds: number): Promise<LoadRound> {
  const url = await contestant.ask<string>('url');
  const stopScraper = contestant.label === WITH.label ? startScraper(new URL('/metrics', url).href) : () => undefined;
  await contestant.ask('longestBlockMs');
  try {
    const report = await loadHttp(url, seconds);
    return { ...report, perSecond: report.requests / seconds, blockMs: await contestant.ask<number>('longestBlockMs') };
  } finally {
    stopScraper();
  }
}

export const loadSuite: Suite = {
  name: 'load',
  isLong: true,
  async run(thoroughness) {
    const seconds = thoroughness.isQuick ? 2 : 4;
    const rounds = await compare({
      ...thoroughness,
      measure: 'serving',
      contestants: [WITH, WITHOUT],
      scale: 1,
      rounds: 1,
      figureOf: (contestant) => loadRound(contestant, seconds),
    });
    const column = (number: (round: LoadRound) => number, unit: Unit) => (label: string) =>
      formatFigure(rangeOf(pick(rounds, number).get(label)!).median, unit);
    const columns = [
      column(({ perSecond }) => perSecond, 'requests/s'),
      column(({ p50Ms }) => p50Ms, 'ms'),
      column(({ p99Ms }) => p99Ms, 'ms'),
      column(({ blockMs }) => blockMs, 'ms'),
    ];
    const rows = [WITH, WITHOUT].map(({ label }) => [label, ...columns.map((cell) => cell(label))]);
    return [
      {
        title: 'A crew under load',
        explanation:
          'A crew on Express, three agents and three tools a request, 50 connections as fast as they are answered; ' +
          'clock time. Whatever else the machine does is in these figures.',
        table: markdownTable(['', 'requests', 'p50', 'p99', 'longest block of the event loop'], rows),
      },
    ];
  },
};
