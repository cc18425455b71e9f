import type { Execution } from 'nestjs-agent-metrics';
import type { Driver } from './driver';
import { ANSWER_MS, PIECE_MS } from './run';
import { piecesOf, type Script, type Tokens, type ToolScript, type Turn } from './script';

/** What the stories compare of a finished execution. */
export interface SeenRecord {
  readonly kind: Execution['kind'];
  readonly name: string;
  /** The agent under which it is counted. */
  readonly agent: string | undefined;
  /** What it began in. */
  readonly parent: string | undefined;
  readonly status: Execution['status'];
  readonly errorType: string | undefined;
  readonly httpStatus: number | undefined;
  readonly retries: number;
  readonly durationMs: number;
  /** Of models. */
  readonly provider: string | undefined;
  readonly tokens: Tokens | undefined;
  readonly firstTokenMs: number | undefined;
}

const nameOf = ({ kind, agentId, toolName, model }: Execution) => ({ agent: agentId, tool: toolName, model })[kind]!;

export function seenRecords(executions: readonly Execution[]): SeenRecord[] {
  const names = new Map(executions.map((execution) => [execution.id, nameOf(execution)]));
  return executions.map((execution) => ({
    kind: execution.kind,
    name: nameOf(execution),
    agent: execution.kind === 'agent' ? undefined : execution.agentId,
    parent: execution.parentId === undefined ? undefined : names.get(execution.parentId),
    status: execution.status,
    // An abort has as many names as there are SDKs.
    errorType: execution.status === 'cancelled' ? undefined : execution.errorType,
    httpStatus: execution.httpStatus,
    retries: execution.retries,
    durationMs: execution.durationMs,
    provider: execution.provider,
    tokens: execution.kind === 'model' ? tokensOf(execution) : undefined,
    firstTokenMs: inMs(execution.timeToFirstChunkSeconds, execution.kind),
  }));
}

/** Agents and tools have a first chunk too, where their own results are streams. */
function inMs(seconds: number | undefined, kind: Execution['kind']): number | undefined {
  return seconds === undefined || kind !== 'model' ? undefined : Math.round(seconds * 1_000);
}

function tokensOf({ tokenUsage }: Execution): Tokens | undefined {
  if (tokenUsage === undefined) return undefined;
  const {
    inputTokens: input,
    cachedInputTokens: cachedInput,
    outputTokens: output,
    reasoningTokens: reasoning,
  } = tokenUsage;
  return { input, cachedInput, output, reasoning };
}

interface Around {
  readonly agent: string | undefined;
  readonly parent: string | undefined;
}

type End = Pick<SeenRecord, 'status' | 'errorType' | 'httpStatus'>;

const SUCCESS: End = { status: 'success', errorType: undefined, httpStatus: undefined };
const CANCELLED: End = { ...SUCCESS, status: 'cancelled' };
const NO_MODEL = { provider: undefined, tokens: undefined, firstTokenMs: undefined };

/** What a script leaves in the history, where nothing is hidden. */
export function expectedRecords(script: Script, driver: Driver, around?: Around): SeenRecord[] {
  const place = { agent: script.agent, parent: script.agent };
  const calls = modelCalls(script, driver);
  const models = calls.map(({ record }) => ({ ...record, ...place }));
  const tools = calls.flatMap(({ tools: called }) =>
    called.flatMap((tool) => toolRecords(tool, script.tools![tool]!, driver, place)),
  );
  const own = tools.filter(({ parent }) => parent === script.agent);
  const durationMs = [...models, ...own].reduce((sum, record) => sum + record.durationMs, 0);
  const end = agentEnd(script, driver, models.at(-1)!);
  const agent = { kind: 'agent' as const, name: script.agent, agent: undefined, parent: around?.parent, retries: 0 };
  return [{ ...agent, ...end, durationMs, ...NO_MODEL }, ...models, ...tools];
}

/** As the last call of its model. An agent of ours is a function, which returns where its reader leaves a stream. */
function agentEnd(script: Script, { counts }: Driver, { status, errorType, httpStatus }: End): End {
  if (script.leavesAfterPieces !== undefined && !counts.includes('agents')) return SUCCESS;
  return { status, errorType, httpStatus };
}

interface ModelCall {
  readonly record: Omit<SeenRecord, 'agent' | 'parent'>;
  readonly tools: readonly string[];
}

/** Refusals that are answered by another attempt belong to one call. */
function modelCalls(script: Script, driver: Driver): ModelCall[] {
  const attempts: Turn[][] = [[]];
  for (const turn of script.turns) {
    attempts.at(-1)!.push(turn);
    if (turn.does !== 'refuses') attempts.push([]);
  }
  return attempts
    .filter((turns) => turns.length > 0)
    .map((turns) => {
      const turn = turns.at(-1)!;
      const base = { kind: 'model' as const, name: script.model, retries: turns.length - 1, provider: driver.provider };
      const waited = (turns.length - 1) * ANSWER_MS;
      const record = { ...base, ...endOf(turn, script, driver), ...measuresOf(turn, script, waited) };
      return { record, tools: turn.does === 'calls' ? turn.calls.map(({ tool }) => tool) : [] };
    });
}

function endOf(turn: Turn, script: Script, { errorTypes }: Driver): End {
  if (turn.does === 'refuses')
    return { status: 'error', errorType: errorTypes.refused(turn.status), httpStatus: turn.status };
  if (turn.does === 'breaks') return { status: 'error', errorType: errorTypes.broken, httpStatus: undefined };
  if (turn.does === 'waits' || turn === leftTurn(script)) return CANCELLED;
  return SUCCESS;
}

/** In the middle of which the reader goes. */
function leftTurn({ turns, abortsAfterPieces, leavesAfterPieces }: Script): Turn | undefined {
  const pieces = abortsAfterPieces ?? leavesAfterPieces;
  return pieces === undefined ? undefined : turns.find(({ does }) => does === 'answers');
}

function measuresOf(
  turn: Turn,
  script: Script,
  waited: number,
): Pick<SeenRecord, 'durationMs' | 'tokens' | 'firstTokenMs'> {
  if (turn.does === 'waits') return { durationMs: waited, tokens: undefined, firstTokenMs: undefined };
  if (turn.does === 'refuses') return { durationMs: waited + ANSWER_MS, tokens: undefined, firstTokenMs: undefined };
  const isLeft = turn === leftTurn(script);
  const tokens = 'tokens' in turn && !isLeft ? wholeOf(turn.tokens) : undefined;
  if (!script.streams) return { durationMs: waited + ANSWER_MS, tokens, firstTokenMs: undefined };
  return { durationMs: waited + piecesRead(turn, script) * PIECE_MS, tokens, firstTokenMs: waited + PIECE_MS };
}

const wholeOf = ({ input, cachedInput = 0, output, reasoning = 0 }: Tokens): Tokens => ({
  input,
  cachedInput,
  output,
  reasoning,
});

function piecesRead(turn: Turn, script: Script): number {
  if (turn === leftTurn(script)) return (script.abortsAfterPieces ?? script.leavesAfterPieces)!;
  if (turn.does === 'breaks') return turn.afterPieces;
  return turn.does === 'answers' ? piecesOf(turn.text).length : 1;
}

function toolRecords(name: string, tool: ToolScript, driver: Driver, around: Around): SeenRecord[] {
  const inside = { agent: around.agent, parent: name };
  const record = { kind: 'tool' as const, name, ...around, ...SUCCESS, retries: 0, durationMs: 0, ...NO_MODEL };
  switch (tool.does) {
    case 'returns':
      return [record];
    case 'throws':
      return [{ ...record, status: 'error', errorType: 'RangeError' }];
    case 'calls decorated':
      return [record, { ...record, name: tool.inner, parent: name }];
    case 'asks': {
      const asked = expectedRecords(tool.script, driver, inside);
      return [{ ...record, durationMs: asked[0]!.durationMs }, ...asked];
    }
  }
}

/** In an order that does not depend on which of two calls ended first. */
export function inOrder(records: readonly SeenRecord[]): SeenRecord[] {
  const keyOf = (record: SeenRecord) => JSON.stringify(Object.entries(record).sort());
  return [...records].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
