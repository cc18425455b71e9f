import type { MetricsCollector, TokenUsage, ToolMetrics } from '../index';
import { countsList, countsText, type ExecutionCounts } from './execution-counts';
import { expectationText, isMet, type ExpectedExecutions } from './expected-executions';
import {
  costExpected,
  costSeen,
  isWithinCost,
  isWithinTokens,
  tokensExpected,
  tokensSeen,
  type ExpectedCost,
  type ExpectedTokens,
} from './expected-usage';
import { MetricsAssertionError } from './metrics-assertion.error';
import { nearName } from '../runtime/near-name';
import { repeatedCallsOf, repeatsSeen } from './repeated-calls';
import { collectorOf, type TestedApplication } from './tested-application';

/** What a test can expect of an agent. */
export interface AgentExpectation {
  /**
   * That it has run: at least once, or as `expected` says.
   *
   * @throws MetricsAssertionError that says what has run instead
   */
  toHaveRun(expected?: ExpectedExecutions): void;
  /**
   * That it has called this tool itself, not through an agent inside it: at least once, or as `expected` says.
   *
   * @throws MetricsAssertionError that says what it has called instead, and who has called the tool
   */
  toHaveCalledTool(toolName: string, expected?: ExpectedExecutions): void;
  /**
   * That its own model calls, not those of agents inside it, have used tokens, and at most so many. Only `max: 0` holds where
   * no tokens were counted.
   *
   * @throws MetricsAssertionError that says how many they have used instead
   */
  toHaveUsedTokens(expected: ExpectedTokens): void;
  /**
   * That its own model calls, not those of agents inside it, cost at most so much. Fails where a call has no price, and, unless
   * `maxUsd` is 0, where no tokens and no cost were counted.
   *
   * @throws MetricsAssertionError that says what they cost instead
   */
  toHaveCost(expected: ExpectedCost): void;
  /**
   * That it has run, and that no execution of it has called a tool twice with equal arguments. Needs the option `measureRepeats`,
   * which `MetricsTestingModule` sets.
   *
   * @throws MetricsAssertionError that says which tools it has called again, and how often
   * @throws Error where the application does not look for repeated calls
   */
  toHaveMadeNoRepeatedCall(): void;
}

/** What a test can expect of a tool. */
export interface ToolExpectation {
  /**
   * That it has run, for any agent or none: at least once, or as `expected` says.
   *
   * @throws MetricsAssertionError that says what has run instead
   */
  toHaveRun(expected?: ExpectedExecutions): void;
}

/**
 * Asserts what an agent has done since the application started. Executions in progress do not count yet: see
 * `settled`.
 *
 * @throws Error where the application collects no metrics
 *
 * @example
 * await app.get(ResearcherAgent).run('nest');
 * expectAgent(app, 'researcher').toHaveRun({ times: 1, status: 'success' });
 * expectAgent(app, 'researcher').toHaveCalledTool('search');
 * expectAgent(app, 'researcher').toHaveUsedTokens({ max: 5_000 });
 * expectAgent(app, 'researcher').toHaveCost({ maxUsd: 0.05 });
 * expectAgent(app, 'researcher').toHaveMadeNoRepeatedCall();
 */
export function expectAgent(app: TestedApplication, agentId: string): AgentExpectation {
  const collector = collectorOf(app);
  return {
    toHaveRun: function toHaveRun(expected = {}) {
      const agent = collector.getAgentMetrics(agentId);
      if (isMet(expected, agent)) return;
      const seen = whatRan(agentId, agent, { kind: 'agent', all: collector.getAgents() });
      throw new MetricsAssertionError([expectationText(agentText(agentId), 'run', expected), ...seen], toHaveRun);
    },
    toHaveCalledTool: function toHaveCalledTool(toolName, expected = {}) {
      const called = toolsOf(collector, agentId).get(nameIn(collector, toolName));
      if (isMet(expected, called)) return;
      const verb = `called the tool ${JSON.stringify(toolName)}`;
      const seen = whatWasCalled(collector, agentId, toolName);
      throw new MetricsAssertionError([expectationText(agentText(agentId), verb, expected), ...seen], toHaveCalledTool);
    },
    toHaveUsedTokens: function toHaveUsedTokens(expected) {
      const usage = collector.getAgentMetrics(agentId)?.tokenUsage;
      if (isWithinTokens(expected, usage)) return;
      const seen = whatWasUsed(collector, agentId, (used) => [tokensSeen(used)]);
      const expectation = `Expected ${agentText(agentId)} to have ${tokensExpected(expected)}.`;
      throw new MetricsAssertionError([expectation, ...seen], toHaveUsedTokens);
    },
    toHaveCost: function toHaveCost(expected) {
      const usage = collector.getAgentMetrics(agentId)?.tokenUsage;
      if (isWithinCost(expected, usage)) return;
      const seen = whatWasUsed(collector, agentId, (used) => costSeen(used, collector));
      const expectation = `Expected ${agentText(agentId)} to have ${costExpected(expected)}.`;
      throw new MetricsAssertionError([expectation, ...seen], toHaveCost);
    },
    toHaveMadeNoRepeatedCall: function toHaveMadeNoRepeatedCall() {
      const seen = whatWasRepeated(collector, agentId);
      if (seen.length === 0) return;
      const expectation = `Expected ${agentText(agentId)} to have made no repeated call.`;
      throw new MetricsAssertionError([expectation, ...seen], toHaveMadeNoRepeatedCall);
    },
  };
}

/** Nothing, where the agent has run and repeated no call. */
function whatWasRepeated(collector: MetricsCollector, agentId: string): string[] {
  const repeated = repeatedCallsOf(collector, agentId);
  const agent = collector.getAgentMetrics(agentId);
  if (repeated.size > 0) return [repeatsSeen(repeated), ...inProgress(agent)];
  return isMet({}, agent) ? [] : whatRan(agentId, agent, { kind: 'agent', all: collector.getAgents() });
}

/**
 * Asserts what a tool has done since the application started, whichever agent called it.
 *
 * @throws Error where the application collects no metrics
 *
 * @example
 * expectTool(app, 'search').toHaveRun({ times: 2, status: 'timeout' });
 */
export function expectTool(app: TestedApplication, toolName: string): ToolExpectation {
  const collector = collectorOf(app);
  return {
    toHaveRun: function toHaveRun(expected = {}) {
      const tool = collector.getToolMetrics(toolName);
      if (isMet(expected, tool)) return;
      const seen = whatRan(toolName, tool, { kind: 'tool', all: collector.getTools() });
      const subject = `the tool ${JSON.stringify(toolName)}`;
      throw new MetricsAssertionError([expectationText(subject, 'run', expected), ...seen], toHaveRun);
    },
  };
}

interface Peers {
  readonly kind: 'agent' | 'tool';
  readonly all: ReadonlyMap<string, ExecutionCounts>;
}

/** It was counted, or something else was. */
function whatRan(name: string, counts: ExecutionCounts | undefined, { kind, all }: Peers): string[] {
  if (counts !== undefined && counts.executionCount > 0)
    return [`It ran ${countsText(counts)}.`, ...inProgress(counts)];
  const others = countsList(all);
  return [
    counts === undefined ? `No ${kind} of this name is known.${didYouMean(name, all.keys())}` : 'It has not run.',
    ...inProgress(counts),
    others === undefined ? `No ${kind} has run.` : `These have: ${others}.`,
  ];
}

/** The tools of this agent, and who else called the one that was expected. */
function whatWasCalled(collector: MetricsCollector, agentId: string, toolName: string): string[] {
  const agent = collector.getAgentMetrics(agentId);
  if (agent === undefined) return whatRan(agentId, agent, { kind: 'agent', all: collector.getAgents() });
  const tools = toolsOf(collector, agentId);
  const called = tools.get(nameIn(collector, toolName));
  const list = countsList(tools);
  const lines = [list === undefined ? 'It called no tool.' : `It called: ${list}.`, ...inProgress(called)];
  if (called === undefined || called.executionCount === 0) lines.push(...whoElseCalled(collector, toolName));
  return lines;
}

function whoElseCalled(collector: MetricsCollector, toolName: string): string[] {
  const tool = collector.getToolMetrics(toolName);
  if (tool === undefined) return [`No tool of this name is known.${didYouMean(toolName, collector.getTools().keys())}`];
  const callers = [...collector.getAgents().keys()].flatMap((caller) => {
    const counts = toolsOf(collector, caller).get(tool.toolName);
    return counts === undefined ? [] : [[caller, counts] as const];
  });
  const list = countsList(callers);
  if (list !== undefined) return [`The tool was called by: ${list}.`];
  return tool.executionCount > 0 ? [`The tool ran outside any agent: ${countsText(tool)}.`] : [];
}

/** What its model calls used; where there are none, whether it has run at all. */
function whatWasUsed(collector: MetricsCollector, agentId: string, textOf: (usage: TokenUsage) => string[]): string[] {
  const agent = collector.getAgentMetrics(agentId);
  const hasWorked = agent !== undefined && (agent.executionCount > 0 || agent.tokenUsage.calls > 0);
  if (!hasWorked) return whatRan(agentId, agent, { kind: 'agent', all: collector.getAgents() });
  return [...textOf(agent.tokenUsage), ...inProgress(agent)];
}

function toolsOf(collector: MetricsCollector, agentId: string): ReadonlyMap<string, ToolMetrics> {
  return new Map(Object.entries(collector.getAgentMetrics(agentId)?.toolMetrics ?? {}));
}

/** As it is counted: well-formed and cut. */
function nameIn(collector: MetricsCollector, toolName: string): string {
  return collector.getToolMetrics(toolName)?.toolName ?? toolName;
}

function agentText(agentId: string): string {
  return `the agent ${JSON.stringify(agentId)}`;
}

function inProgress(counts: ExecutionCounts | undefined): string[] {
  const running = counts?.inProgress ?? 0;
  return running === 0 ? [] : [`${running} still in progress, which counts at its end: await settled(app) first.`];
}

function didYouMean(name: string, names: Iterable<string>): string {
  const near = nearName(name, names);
  return near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`;
}
