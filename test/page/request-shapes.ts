import type { ExecutionNode, RequestTree } from '../../src/http/dashboard/page/data/documents';
import { allSteps, readTree, type Step } from '../../src/http/dashboard/page/requests/request-tree.js';

const BEGIN = Date.UTC(2025, 0, 1);

/** An execution as a test names it: `agent desk`, `tool search`, `model gpt-x`; a `!` says that it failed. */
export interface Shape {
  readonly name: string;
  readonly from: number;
  /** Undefined for one in progress. */
  readonly to?: number;
  readonly inside?: readonly Shape[];
}

export function shape(name: string, from: number, to?: number, ...inside: Shape[]): Shape {
  return { name, from, to, inside };
}

/** The tree of such a request, as the page reads it. @param now for executions in progress */
export function treeOf(root: Shape, now = 0): Step {
  let count = 0;
  const node = ({ name, from, to, inside = [] }: Shape): ExecutionNode => {
    const [kind, called] = name.replace('!', '').split(' ');
    count += 1;
    return {
      id: `${called}#${count}`,
      kind,
      [kind === 'agent' ? 'agent_id' : kind === 'tool' ? 'tool_name' : 'model']: called,
      start_time: new Date(BEGIN + from).toISOString(),
      ...(to === undefined
        ? { age_seconds: (now - from) / 1_000 }
        : { end_time: new Date(BEGIN + to).toISOString(), status: name.endsWith('!') ? 'error' : 'success' }),
      children: inside.map(node),
    } as unknown as ExecutionNode;
  };
  const { children, ...request } = node(root);
  return readTree({ ...request, executions: children } as unknown as RequestTree);
}

export const namesIn = (root: Step, ids: ReadonlySet<string>): string[] =>
  allSteps(root)
    .filter(({ id }) => ids.has(id))
    .map(({ name }) => name);
