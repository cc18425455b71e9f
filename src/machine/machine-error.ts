/** Why the processes of a machine cannot find each other. The option is said as the user has to change it. */
export function machineError(problem: string, cause?: unknown): Error {
  return new Error(
    `MetricsModule: the option "processes" is 'machine', and ${problem}. Give it a directory that only this user may ` +
      "write: processes: { directory: '/run/agents' }.",
    { cause },
  );
}
