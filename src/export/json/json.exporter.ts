import { hostname } from 'node:os';
import {
  AGENT_FIELDS,
  BREAKDOWN_FIELDS,
  CACHE_FIELDS,
  MODEL_FIELDS,
  TOOL_FIELDS,
} from '../../collection/reading/series-fields';
import { describeSystem } from '../../collection/reading/snapshot.reader';
import type { AgentSeries } from '../../collection/series/agent-series';
import type { ToolSeries } from '../../collection/series/tool-series';
import { VERSION } from '../../version';
import type { TextBuffer } from '../text/text-buffer';
import { documentOf } from './json-document';
import { objectOfFields, openObjectOfFields } from './json-fields';
import { mapOf, mapSteps, number } from './json-object';
import type { JsonReading } from './json-reading';

const { toolMetrics, ...FIELDS_BEFORE_TOOLS } = AGENT_FIELDS;

const writeTool = objectOfFields(TOOL_FIELDS);
const writeModel = objectOfFields(MODEL_FIELDS);
const writeCache = objectOfFields(CACHE_FIELDS);
const writeRepeats = mapOf(number<ToolSeries>((tool) => tool.repeats));
const writeBreakdown = objectOfFields(BREAKDOWN_FIELDS);
const writeBeforeTools = openObjectOfFields<AgentSeries>(FIELDS_BEFORE_TOOLS);

/** Whose document it is. */
export interface JsonAuthor {
  readonly instanceId: string;
  /** The processes of the machine that it is about; undefined where it is about one. */
  readonly instances?: readonly object[];
}

/** The JSON document, everything but the history, in steps. */
export function* documentSteps(author: JsonAuthor, reading: JsonReading, out: TextBuffer): Generator<void> {
  const { system, agents, tools, models, caches, budgets, breakdown } = reading;
  const instance = { id: author.instanceId, hostname: hostname(), pid: process.pid, version: VERSION };
  yield* reading.merge();
  out.write(`{"schema_version":1,"instance":${JSON.stringify(instance)}`);
  if (author.instances !== undefined) out.write(`,"instances":${JSON.stringify(author.instances)}`);
  out.write(`,"system_metrics":${JSON.stringify(documentOf(describeSystem(system)))}`);
  out.write(',"agent_metrics":');
  yield* mapSteps(out, agents, agentSteps);
  out.write(',"tool_metrics":');
  yield* mapSteps(out, tools.byName, writeTool);
  out.write(',"model_metrics":');
  yield* mapSteps(out, new Map(models.all.map((series) => [series.model, series])), writeModel);
  out.write(',"cache_metrics":');
  yield* mapSteps(out, caches, writeCache);
  yield* repeatSteps(out, agents);
  if (budgets.length > 0) out.write(`,"budgets":${JSON.stringify(budgets.map(documentOf))}`);
  if (breakdown !== undefined) {
    out.write(`,"breakdown":{"by":"${breakdown.by}","values":`);
    yield* mapSteps(out, new Map(breakdown.series.map((series) => [series.value, series])), writeBreakdown);
    out.write('}');
  }
  out.write('}');
}

/** Left out where no agent has repeated a call, as in every application that does not look for them. */
function* repeatSteps(out: TextBuffer, agents: ReadonlyMap<string, AgentSeries>): Generator<void> {
  const repeats = new Map<string, ReadonlyMap<string, ToolSeries>>();
  for (const [id, { calls }] of agents) {
    const repeated = [...calls.tools].filter(([, tool]) => tool.repeats > 0);
    if (repeated.length > 0) repeats.set(id, new Map(repeated));
    yield;
  }
  if (repeats.size === 0) return;
  out.write(',"repeated_calls":');
  yield* mapSteps(out, repeats, writeRepeats);
}

/** An agent may have called thousands of tools. They are its last member. */
function* agentSteps(out: TextBuffer, agent: AgentSeries): Generator<void> {
  writeBeforeTools(out, agent);
  out.write(',"tool_metrics":');
  yield* mapSteps(out, toolMetrics.entries(agent) as typeof agent.calls.tools, writeTool);
  out.write('}');
}
