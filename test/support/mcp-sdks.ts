import { Client as ClientOf1 } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport as TransportOf1 } from '@modelcontextprotocol/sdk/inMemory.js';
import { Server as ServerOf1 } from '@modelcontextprotocol/sdk/server/index.js';
import { McpServer as McpServerOf1, ResourceTemplate as TemplateOf1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { CallToolRequestSchema, ErrorCode, ListToolsRequestSchema, McpError } from '@modelcontextprotocol/sdk/types.js';
import { Client as ClientOf2 } from '@modelcontextprotocol/client';
import {
  InMemoryTransport as TransportOf2,
  McpServer as McpServerOf2,
  ProtocolError,
  ProtocolErrorCode,
  ResourceTemplate as TemplateOf2,
  Server as ServerOf2,
} from '@modelcontextprotocol/server';
import { z } from 'zod';

export interface ToolContext {
  readonly signal: AbortSignal;
}

export interface ToolResult extends Record<string, unknown> {
  readonly content: { readonly type: 'text'; readonly text: string }[];
  readonly isError?: boolean;
}

export type Tool = (args: { city: string }, context: ToolContext) => ToolResult | Promise<ToolResult>;

/** A client of either major version. */
export interface McpClient {
  callTool(
    params: { name: string; arguments?: Record<string, unknown> },
    options?: { signal?: AbortSignal },
  ): Promise<Record<string, unknown>>;
  readResource(params: { uri: string }): Promise<unknown>;
  getPrompt(params: { name: string }): Promise<unknown>;
  close(): Promise<void>;
}

/** One major version of the MCP SDK, as the tests use it. */
export interface McpSdk {
  readonly version: string;
  /** An `McpServer` and what is done with it. */
  makeServer(): HighServer;
  /** A `Server` that lists tools page by page. */
  makeLowServer(pages: readonly (readonly string[])[], call: (name: string) => ToolResult): LowServer;
}

export interface LowServer {
  /** As the SDK made it. */
  readonly server: ServerOf1 | ServerOf2;
  /** How often it was asked for a page of its tools. */
  readonly listings: () => number;
  /** It answers none of them until what is returned is called. */
  readonly holdListings: () => () => void;
  connect(): Promise<McpClient>;
}

export interface HighServer {
  /** As the SDK made it. */
  readonly server: McpServerOf1 | McpServerOf2;
  connect(): Promise<McpClient>;
  tool(name: string, run: Tool): void;
  resource(name: string, uri: string): void;
  template(name: string, uri: string): void;
  prompt(name: string): void;
  /** Thrown by a tool, it reaches the client as an error of the protocol. */
  readonly protocolError: () => Error;
}

const inputSchema = z.object({ city: z.string() });
const description = 'for the test';
const client = { name: 'client', version: '1.0.0' };
const info = { name: 'server', version: '1.0.0' };
const asText = async (uri: URL) => ({ contents: [{ uri: uri.href, text: uri.pathname }] });
const greeting = async () => ({
  messages: [{ role: 'user' as const, content: { type: 'text' as const, text: 'Hello' } }],
});

async function connect1(server: McpServerOf1 | ServerOf1): Promise<McpClient> {
  const other = new ClientOf1(client);
  const [near, far] = TransportOf1.createLinkedPair();
  await Promise.all([server.connect(near), other.connect(far)]);
  return {
    callTool: (params, options) => other.callTool(params, undefined, options),
    readResource: (params) => other.readResource(params),
    getPrompt: (params) => other.getPrompt(params),
    close: () => other.close(),
  };
}

async function connect2(server: McpServerOf2 | ServerOf2): Promise<McpClient> {
  const other = new ClientOf2(client);
  const [near, far] = TransportOf2.createLinkedPair();
  await Promise.all([server.connect(near), other.connect(far)]);
  return other;
}

/** The tools of a low server, page by page. */
class ToolPages {
  listings = 0;
  private held: Promise<void> | undefined;

  constructor(private readonly pages: readonly (readonly string[])[]) {}

  readonly hold = (): (() => void) => {
    let release!: () => void;
    this.held = new Promise((resolve) => (release = resolve));
    return release;
  };

  async read(cursor: string | undefined) {
    this.listings += 1;
    await this.held;
    return pageOf(this.pages, cursor);
  }
}

const listed = (names: readonly string[]) =>
  names.map((name) => ({ name, inputSchema: { type: 'object' as const, properties: {} } }));

const pageOf = (pages: readonly (readonly string[])[], cursor: string | undefined) => {
  const page = Number(cursor ?? 0);
  return { tools: listed(pages[page]!), ...(page + 1 < pages.length ? { nextCursor: String(page + 1) } : {}) };
};

const sdk1: McpSdk = {
  version: '@modelcontextprotocol/sdk 1',
  makeServer() {
    const server = new McpServerOf1(info);
    return {
      server,
      connect: () => connect1(server),
      tool: (name, run) =>
        void server.registerTool(name, { inputSchema }, async (args, { signal }) => run(args, { signal })),
      resource: (name, uri) => void server.registerResource(name, uri, { description }, asText),
      template: (name, uri) =>
        void server.registerResource(name, new TemplateOf1(uri, { list: undefined }), { description }, asText),
      prompt: (name) => void server.registerPrompt(name, { description }, greeting),
      protocolError: () => new McpError(ErrorCode.UrlElicitationRequired, 'Sign in.'),
    };
  },
  makeLowServer(pages, call) {
    const server = new ServerOf1(info, { capabilities: { tools: {} } });
    const tools = new ToolPages(pages);
    server.setRequestHandler(ListToolsRequestSchema, ({ params }) => tools.read(params?.cursor));
    server.setRequestHandler(CallToolRequestSchema, ({ params }) => ({ ...call(params.name) }));
    return {
      server,
      listings: () => tools.listings,
      holdListings: tools.hold,
      connect: () => connect1(server),
    };
  },
};

const sdk2: McpSdk = {
  version: '@modelcontextprotocol/server 2',
  makeServer() {
    const server = new McpServerOf2(info);
    return {
      server,
      connect: () => connect2(server),
      tool: (name, run) =>
        void server.registerTool(name, { inputSchema }, async (args, { mcpReq: { signal } }) => run(args, { signal })),
      resource: (name, uri) => void server.registerResource(name, uri, { description }, asText),
      template: (name, uri) =>
        void server.registerResource(name, new TemplateOf2(uri, { list: undefined }), { description }, asText),
      prompt: (name) => void server.registerPrompt(name, { description }, greeting),
      protocolError: () => new ProtocolError(ProtocolErrorCode.UrlElicitationRequired, 'Sign in.'),
    };
  },
  makeLowServer(pages, call) {
    const server = new ServerOf2(info, { capabilities: { tools: {} } });
    const tools = new ToolPages(pages);
    server.setRequestHandler('tools/list', ({ params }) => tools.read(params?.cursor));
    server.setRequestHandler('tools/call', ({ params }) => ({ ...call(params.name) }));
    return {
      server,
      listings: () => tools.listings,
      holdListings: tools.hold,
      connect: () => connect2(server),
    };
  },
};

export const MCP_SDKS: readonly McpSdk[] = [sdk1, sdk2];
