import type { McpParams } from './mcp-server-like';

/** A kind of request that is counted as a tool. */
export interface TrackedMethod {
  /** The method of the request. */
  readonly method: string;
  /** Stands before the name. */
  readonly prefix: string;
  /** What the client asks for. */
  readonly subject: (params: McpParams) => unknown;
  /** What the tool is given. */
  readonly input: (params: McpParams) => unknown;
  /** Where the server lists what there is. The first list that has it names it. */
  readonly lists: readonly ServerList[];
}

/** A list that a server gives to its clients. */
export interface ServerList {
  /** The method of the request. */
  readonly method: string;
  /** The member of the answer that holds the items. */
  readonly items: string;
  /** The member of an item that names it. */
  readonly key: string;
}

export const TOOLS: TrackedMethod = {
  method: 'tools/call',
  prefix: '',
  subject: ({ name }) => name,
  input: argumentsOf,
  lists: [{ method: 'tools/list', items: 'tools', key: 'name' }],
};

/** Templates first: a server may list each resource of a template, and there may be any number. */
export const RESOURCES: TrackedMethod = {
  method: 'resources/read',
  prefix: 'resource:',
  subject: ({ uri }) => uri,
  input: ({ uri }) => uri,
  lists: [
    { method: 'resources/templates/list', items: 'resourceTemplates', key: 'uriTemplate' },
    { method: 'resources/list', items: 'resources', key: 'uri' },
  ],
};

export const PROMPTS: TrackedMethod = {
  method: 'prompts/get',
  prefix: 'prompt:',
  subject: ({ name }) => name,
  input: argumentsOf,
  lists: [{ method: 'prompts/list', items: 'prompts', key: 'name' }],
};

/** What is left out is as if it were empty. */
function argumentsOf(params: McpParams): unknown {
  return params['arguments'] ?? {};
}
