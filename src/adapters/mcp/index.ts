export type { McpProtocolLike, McpServerLike } from './mcp-server-like';
export { type McpTrackingOptions, trackedMcpServer } from './tracked-mcp-server';
