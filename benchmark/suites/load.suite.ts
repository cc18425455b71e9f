import { compare } from '../harness/compare';
import type { Contestant, ContestantProcess } from '../harness/contestant';
import { loadHttp, type LoadReport } from '../harness/http-load';
import { median } from '../harness/statistics';
import { formatFigure } from '../report/figures';
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
  async run({ isQuick, ...effort }) {
    const rounds = new Map<string, LoadRound[]>([WITH, WITHOUT].map(({ label }) => [label, []]));
    await compare({
      ...effort,
      measure: 'serving',
      contestants: [WITH, WITHOUT],
      scale: 1,
      rounds: isQuick ? 1 : 5,
      async figureOf(contestant) {
        rounds.get(contestant.label)!.push(await loadRound(contestant, isQuick ? 2 : 8));
        return 0;
      },
    });
    const rows = [...rounds].map(([label, own]) => [
      label,
      formatFigure(median(own.map(({ perSecond }) => perSecond)), 'requests/s'),
      formatFigure(median(own.map(({ p50Ms }) => p50Ms)), 'ms'),
      formatFigure(median(own.map(({ p99Ms }) => p99Ms)), 'ms'),
      formatFigure(median(own.map(({ blockMs }) => blockMs)), 'ms'),
    ]);
    return [
      {
        title: 'Under load',
        explanation:
          'A crew on Express, three agents and three tools a request, 50 connections as fast as they are answered; the ' +
          'median over rounds of clock time. Whatever else the machine does is in these figures.',
        table: markdownTable(['', 'requests', 'p50', 'p99', 'longest block of the event loop'], rows),
      },
    ];
  },
};
