const STEP_SECONDS = 300;
const LABELS = 'job="fleet"';

/** An instance that was scraped every five minutes, and made one request in between. */
export interface PastInstance {
  readonly instance: string;
  /** Of several processes behind one endpoint. */
  readonly worker?: string;
  /** When its processes have begun, in seconds since 1970; each ends when the next one begins. */
  readonly starts: readonly number[];
  /** When the last one has ended. */
  readonly end: number;
}

/** What a scraper has of them, as OpenMetrics with times. */
export function historyOf(instances: readonly PastInstance[]): string {
  const samples = instances.flatMap(samplesOf);
  const start = samples.map(({ labels, time, begun }) => sample('crew_start_time_seconds', labels, begun, time));
  const counts = samples.map(({ labels, time, requests }) =>
    sample('crew_requests_total', `${labels},status="success"`, requests, time),
  );
  return [
    '# TYPE crew_start_time_seconds gauge',
    ...start,
    '# TYPE crew_requests counter',
    ...counts,
    '# EOF',
    '',
  ].join('\n');
}

function samplesOf({ instance, worker, starts, end }: PastInstance) {
  const labels = `instance="${instance}"${worker === undefined ? '' : `,worker="${worker}"`}`;
  return starts.flatMap((begun, at) => {
    const until = starts[at + 1] ?? end;
    const count = Math.floor((until - begun) / STEP_SECONDS);
    return Array.from({ length: count }, (_, requests) => ({
      labels,
      begun,
      requests,
      time: begun + requests * STEP_SECONDS,
    }));
  });
}

function sample(name: string, labels: string, value: number, time: number): string {
  return `${name}{${LABELS},${labels}} ${value} ${time}`;
}
