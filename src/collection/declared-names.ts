/** Names that decorators give as constants. They are finite, so they have series of their own whatever the limit says. */
export class DeclaredNames {
  /** Agent id to display name. */
  readonly agents = new Map<string, string>();
  readonly tools = new Set<string>();
  /** Tools whose decorator names their agent. */
  readonly toolsOfAgents: { readonly agentId: string; readonly toolName: string }[] = [];

  addAgent(id: string, displayName: string): void {
    this.agents.set(id, displayName);
  }

  addTool(name: string, agentId?: string): void {
    this.tools.add(name);
    if (agentId === undefined) return;
    if (!this.agents.has(agentId)) this.addAgent(agentId, agentId);
    if (!this.toolsOfAgents.some((pair) => pair.agentId === agentId && pair.toolName === name)) {
      this.toolsOfAgents.push({ agentId, toolName: name });
    }
  }
}
