import { Client } from '@modelcontextprotocol/client';
import { InMemoryTransport, McpServer } from '@modelcontextprotocol/server';
import type { SdkCall } from './sdk-calls';

const NAME = 'forecast';

export const forecast = async () => ({ content: [{ type: 'text' as const, text: 'rain' }] });

/** A server with one tool. */
export function offlineServer(run = forecast): McpServer {
  const server = new McpServer({ name: 'weather', version: '1.0.0' });
  server.registerTool(NAME, {}, run);
  return server;
}

/** A client of the server in the same process. */
export async function connect(server: McpServer): Promise<{ call: SdkCall; close: () => Promise<void> }> {
  const client = new Client({ name: 'crew', version: '1.0.0' });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(theirs), client.connect(ours)]);
  return { call: () => client.callTool({ name: NAME }), close: () => client.close() };
}
