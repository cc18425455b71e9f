import { guarded } from '../../tracking/adapting/guarded';
import { placeOfChain } from './chain-place';
import { bridgeLangChain, currentRunId, passOnRun } from './langchain-context';
import { beginRun, endRun, executionOfRun, failRun, isRun, linkRun } from './langchain-runs';
import { carriesToken, isDelta, modelNameOf, signalOf, usageOf } from './model-run';
import { isGraph, nameOf, textOf } from './run-parts';
import { failureOfTool, resultOfTool } from './tool-result';

/** What LangGraph calls a graph that was given no name. */
const UNNAMED_GRAPH = 'LangGraph';

export const HANDLER_NAME = 'nestjs_agent_metrics';

/** Options of `AgentMetricsCallbackHandler` and `instrumentLangChain`. */
export interface LangChainMetricsOptions {
  /**
   * The agent for graphs without a name.
   *
   * @default 'LangGraph'
   */
  readonly agent?: string;
}

/**
 * Counts what LangChain and LangGraph do: graphs as agents, tools, and model calls with their tokens and first
 * tokens. Pass it like any callback handler: to a call, with `withConfig`, or to a model. A run counts once, even if
 * the handler is passed several times. Runs belong to the application in whose execution LangChain is called, else to
 * the only live one. Without one, nothing is counted.
 *
 * It never throws, and keeps no prompts and no answers.
 *
 * @example
 * const agent = createAgent({ name: 'researcher', model: 'openai:gpt-4o', tools: [search] });
 * await agent.invoke({ messages }, { callbacks: [new AgentMetricsCallbackHandler()] });
 */
export class AgentMetricsCallbackHandler {
  private readonly unnamed: string;
  /** The run in whose context LangChain told of something last. */
  private toldIn: string | undefined;

  /** Makes one for as many calls as you like. */
  constructor({ agent }: LangChainMetricsOptions = {}) {
    this.unnamed = textOf(agent) ?? UNNAMED_GRAPH;
    bridgeLangChain();
  }

  /** By which LangChain knows it. LangChain reads it where it leaves the context of one run for that of another. */
  get name(): string {
    guarded('langchain', passOnRun);
    return HANDLER_NAME;
  }

  /**
   * That LangChain waits for it, because it would be told too late otherwise. LangChain asks right before it calls, and leaves
   * its context in between: a run that was given handlers of its own has no parent but the one that is found here.
   */
  get awaitHandlers(): boolean {
    this.toldIn = currentRunId();
    return true;
  }

  /** Begins a graph, or follows a chain inside one. */
  handleChainStart(chain: object, _inputs: unknown, runId: string, ...place: unknown[]): void {
    guarded('langchain', () => {
      const { parentRunId, runName } = placeOfChain(place, isRun);
      if (isGraph(chain)) beginRun(runId, this.parentOf(parentRunId), { kind: 'agent', id: this.agentOf(runName) });
      else linkRun(runId, this.parentOf(parentRunId));
    });
  }

  /** Ends a graph or a chain. */
  handleChainEnd(outputs: unknown, runId: string): void {
    guarded('langchain', () => endRun(runId, outputs));
  }

  /** Ends a graph or a chain that has failed. */
  handleChainError(error: unknown, runId: string): void {
    guarded('langchain', () => failRun(runId, error));
  }

  /** Begins a call of a chat model. */
  handleChatModelStart(
    llm: object,
    _messages: unknown,
    runId: string,
    parentRunId?: string,
    extraParams?: Record<string, unknown>,
    _tags?: string[],
    metadata?: Record<string, unknown>,
  ): void {
    guarded('langchain', () =>
      beginRun(
        runId,
        this.parentOf(parentRunId),
        { kind: 'model', ...modelNameOf(llm, extraParams, metadata) },
        signalOf(extraParams),
      ),
    );
  }

  /** Begins a call of a model that completes texts. */
  handleLLMStart(
    llm: object,
    prompts: unknown,
    runId: string,
    parentRunId?: string,
    extraParams?: Record<string, unknown>,
    tags?: string[],
    metadata?: Record<string, unknown>,
  ): void {
    this.handleChatModelStart(llm, prompts, runId, parentRunId, extraParams, tags, metadata);
  }

  /** Sees the first token of a model's stream. */
  handleLLMNewToken(
    token: string,
    _index: unknown,
    runId: string,
    _parentRunId?: string,
    _tags?: string[],
    fields?: object,
  ): void {
    guarded('langchain', () => {
      if (carriesToken(token, fields)) executionOfRun(runId)?.firstToken();
    });
  }

  /** Sees it where the stream consists of events. */
  handleChatModelStreamEvent(event: object, runId: string): void {
    guarded('langchain', () => {
      if (isDelta(event)) executionOfRun(runId)?.firstToken();
    });
  }

  /** Ends a model call, with its tokens. */
  handleLLMEnd(output: object, runId: string): void {
    guarded('langchain', () => {
      const usage = usageOf(output);
      if (usage !== undefined) executionOfRun(runId)?.usage(usage);
      endRun(runId, output);
    });
  }

  /** Ends a model call that has failed. */
  handleLLMError(error: unknown, runId: string): void {
    guarded('langchain', () => failRun(runId, error));
  }

  /** Begins a tool. */
  handleToolStart(
    tool: object,
    input: string,
    runId: string,
    parentRunId?: string,
    _tags?: string[],
    _metadata?: Record<string, unknown>,
    runName?: string,
  ): void {
    guarded('langchain', () =>
      beginRun(runId, this.parentOf(parentRunId), {
        kind: 'tool',
        name: textOf(runName) ?? nameOf(tool) ?? 'unknown',
        input,
      }),
    );
  }

  /** Ends a tool. */
  handleToolEnd(output: unknown, runId: string): void {
    guarded('langchain', () => {
      const failure = failureOfTool(output);
      if (failure === undefined) endRun(runId, resultOfTool(output));
      else failRun(runId, failure);
    });
  }

  /** Ends a tool that has failed. */
  handleToolError(error: unknown, runId: string): void {
    guarded('langchain', () => failRun(runId, error));
  }

  /** Follows a retriever, which is not counted, but may call a model. */
  handleRetrieverStart(_retriever: unknown, _query: unknown, runId: string, parentRunId?: string): void {
    guarded('langchain', () => linkRun(runId, this.parentOf(parentRunId)));
  }

  /** Leaves a retriever. */
  handleRetrieverEnd(documents: unknown, runId: string): void {
    guarded('langchain', () => endRun(runId, documents));
  }

  /** Leaves a retriever that has failed. */
  handleRetrieverError(error: unknown, runId: string): void {
    guarded('langchain', () => failRun(runId, error));
  }

  private parentOf(parentRunId: string | undefined): string | undefined {
    return parentRunId ?? this.toldIn;
  }

  private agentOf(runName: string | undefined): string {
    return runName === undefined || runName === UNNAMED_GRAPH ? this.unnamed : runName;
  }
}
