/** What can stand in the list below. */
export interface Listed<Item> {
  older: Item | undefined;
  newer: Item | undefined;
}

/**
 * Executions in progress, oldest first. They are linked to each other, because each call enters and leaves: a Set would
 * hash twice for every call, and grow and shrink with the load.
 */
export class RunningExecutions<Execution extends Listed<Execution>> {
  private oldest: Execution | undefined;
  private newest: Execution | undefined;

  add(execution: Execution): void {
    execution.older = this.newest;
    if (this.newest === undefined) this.oldest = execution;
    else this.newest.newer = execution;
    this.newest = execution;
  }

  /** Does nothing with one that is not in the list. */
  remove(execution: Execution): void {
    const { older, newer } = execution;
    if (older === undefined && this.oldest !== execution) return;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.newest = older;
    else newer.older = older;
    execution.older = execution.newer = undefined;
  }

  list(): Execution[] {
    const list: Execution[] = [];
    for (let execution = this.oldest; execution !== undefined; execution = execution.newer) list.push(execution);
    return list;
  }
}
