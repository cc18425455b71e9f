import autocannon from 'autocannon';

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
