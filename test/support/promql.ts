/** One element of what an instant query returns. */
export interface QueryResult {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface QueryAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: { readonly metric: Record<string, string>; readonly value: [time: number, value: string] }[];
  };
}

/**
 * An instant query to whatever speaks Prometheus's API; the name of the metric is not among the labels.
 *
 * @throws Error with what the server says of a query that it cannot parse
 */
export async function queryPromql(url: string, expression: string): Promise<QueryResult[]> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
  const { status, error, data } = (await response.json()) as QueryAnswer;
  if (status !== 'success') throw new Error(`${expression}: ${error}`);
  return data.result.map(({ metric: { __name__: _name, ...labels }, value }) => ({ labels, value: Number(value[1]) }));
}
