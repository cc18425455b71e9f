/** Names that decorators give, as constants or as a list. They are finite, so they have series of their own whatever the limit says. */
export class DeclaredNames {
  /** Agent id to display name. */
  readonly agents = new Map<string, string>();
  /** Agents that have a place and are not shown before their first use. */
  private readonly reservedAgents = new Set<string>();
  readonly tools = new Set<string>();
  /** They have no series before their first call. */
  readonly models = new Set<string>();
  /** Tools whose decorator names their agent, by that. */
  readonly toolsOfAgents = new Map<string, Set<string>>();

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
    const tools = this.toolsOfAgents.get(agentId) ?? new Set();
    this.toolsOfAgents.set(agentId, tools.add(name));
  }
}
