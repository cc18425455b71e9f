/** Names that decorators give, as constants or as a list. They are finite, so they have series of their own whatever the limit says. */
export class DeclaredNames {
  /** Agent id to display name. */
  readonly agents = new Map<string, string>();
  /** Agents that have a place and are not shown before their first use. */
  private readonly reservedAgents = new Set<string>();
  readonly tools = new Set<string>();
  /** Tools whose decorator names their agent. */
  readonly toolsOfAgents: { readonly agentId: string; readonly toolName: string }[] = [];

  addAgent(id: string, displayName: string): void {
    this.agents.set(id, displayName);
  }

  reserveAgent(id: string): void {
    this.reservedAgents.add(id);
  }

  hasAgent(id: string): boolean {
    return this.agents.has(id) || this.reservedAgents.has(id);
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
