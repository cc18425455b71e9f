import autocannon from 'autocannon';
import type { ContestantProcess } from './contestant';

const CONNECTIONS = 50;

/** What a server answered under load. */
export interface LoadReport {
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Asks as fast as a server answers.
 *
 * @throws Error where an answer is not a success
 */
export async function loadHttp(url: string, seconds: number): Promise<LoadReport> {
  const result = await autocannon({ url, connections: CONNECTIONS, duration: seconds });
  if (result.non2xx + result.errors > 0) throw new Error(`${url} has failed under load.`);
  return { requests: result['2xx'], p50Ms: result.latency.p50, p99Ms: result.latency.p99 };
}

/**
 * Nanoseconds of the server's processor that each request takes under load: what a saturated server achieves, on a busy
 * machine too. A first load of the same length is not measured, so that the server is warm.
 */
export async function nanosecondsOfRequest(contestant: ContestantProcess, seconds: number): Promise<number> {
  const url = await contestant.ask<string>('url');
  await loadHttp(url, seconds);
  const before = await contestant.ask<number>('cpuMs');
  const { requests } = await loadHttp(url, seconds);
  return (((await contestant.ask<number>('cpuMs')) - before) * 1e6) / requests;
}
