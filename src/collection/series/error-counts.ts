/** Failures of one type. */
export interface ErrorCount {
  count: number;
  /** When the first was counted, in milliseconds since 1970. */
  born: number;
}

/** Below it a status is no failure's. */
const FIRST_ERROR_STATUS = 400;

/** The label of a failed call: empty where nothing says that its server has answered with an error. */
export function statusLabel(httpStatus: number | undefined): string {
  return httpStatus === undefined || httpStatus < FIRST_ERROR_STATUS ? '' : `${httpStatus}`;
}

/** Failures of model calls by error type and HTTP status. */
export class ModelErrors {
  /** Those of each error type by the label of the status. */
  readonly byType = new Map<string, Map<string, ErrorCount>>();

  has(errorType: string, status: string): boolean {
    return this.byType.get(errorType)?.has(status) ?? false;
  }

  add(errorType: string, status: string, count: number, born: number): void {
    const statuses = this.byType.get(errorType) ?? new Map<string, ErrorCount>();
    this.byType.set(errorType, statuses);
    const known = statuses.get(status);
    if (known === undefined) return void statuses.set(status, { count, born });
    known.count += count;
    known.born = Math.min(known.born, born);
  }

  merge({ byType }: ModelErrors): void {
    for (const [errorType, statuses] of byType) {
      for (const [status, { count, born }] of statuses) this.add(errorType, status, count, born);
    }
  }

  copy(): ModelErrors {
    const copy = new ModelErrors();
    copy.merge(this);
    return copy;
  }

  /** By error type, whatever the status. */
  typeCounts(): ReadonlyMap<string, number> {
    const sum = (counts: Iterable<ErrorCount>) => [...counts].reduce((total, { count }) => total + count, 0);
    return new Map([...this.byType].map(([errorType, statuses]) => [errorType, sum(statuses.values())]));
  }
}
