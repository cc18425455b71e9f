/**
 * Nanoseconds of the processor that `work` takes, the collector's threads included: they stay the same while something
 * else keeps the machine busy.
 */
export async function cpuNanoseconds(work: () => unknown): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) * 1e3;
}
