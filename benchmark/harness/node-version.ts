/** The version of Node that everything is measured on; its page is named after it. */
export const NODE_MAJOR = Number.parseInt(process.versions.node, 10);

/** A target by version of Node: promises run no hooks of an async context any more since 24. */
export interface ByNode {
  readonly 20: number;
  readonly 24: number;
  readonly later: number;
}

export function onThisNode(targets: ByNode): number {
  if (NODE_MAJOR > 24) return targets.later;
  return NODE_MAJOR === 24 ? targets[24] : targets[20];
}
