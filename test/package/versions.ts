/** The versions of Node that the package supports, oldest first. */
export const NODE_VERSIONS = ['20', '22', '24', '26'] as const;

export type NodeVersion = (typeof NODE_VERSIONS)[number];

/** Of Nest. Its companions, such as terminus, have the same numbers. */
export const NEST_VERSIONS = ['11', '12'] as const;
