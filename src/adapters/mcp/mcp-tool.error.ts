/** What a tool is counted with that answers with `isError` and says nothing of what was thrown. */
export class McpToolError extends Error {
  override readonly name = 'McpToolError';

  constructor() {
    super('The tool answered with isError.');
  }
}
