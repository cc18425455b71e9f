import { setMaxListeners } from 'node:events';
import type { ExportFormat } from '../../collection/export-format';
import { describeTrends } from '../../collection/reading/trends.reader';
import type { TrendsOptions } from '../../collection/reading/trend-window';
import { expositionEnd, type ExpositionFormat, type ExpositionOptions } from '../../export/exposition/exposition';
import { documentSteps } from '../../export/json/json.exporter';
import { writeInSlices } from '../../export/json/json-slices';
import { trendMembersSteps } from '../../export/json/trends.document';
import { linesOf } from '../../export/parts/lines';
import { mergedListSteps } from '../../export/parts/list-part';
import { MergedReading } from '../../export/parts/merged-reading';
import { MergedText } from '../../export/parts/merged-text';
import { MergedTrends } from '../../export/parts/merged-trends';
import type { StorePartRow } from '../../export/parts/store-part';
import type { TrendsPartRow } from '../../export/parts/trends-part';
import { writeWorkers } from '../../export/parts/workers-samples';
import { SlicedWork } from '../../export/text/sliced-work';
import type { TextBuffer } from '../../export/text/text-buffer';
import {
  silentInstance,
  type MachineInstance,
  type MachineMember,
  type MachineParts,
} from '../../machine/machine-member';
import { Refusal } from './refusal';
import { timeLimitHeaders } from './scrape-time-limit';
import { SharedTexts } from './shared-texts';

type Pieces = readonly Buffer[];

/** What is asked of every process of the machine. */
export interface PartQuestion {
  /** Below the endpoint, encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The one that is wanted. @default all */
  readonly worker: number | undefined;
  readonly timeLimitMs?: number;
  readonly signal: AbortSignal;
  /** What this process would answer to another. */
  readonly ownPart: () => Promise<Pieces>;
}

export interface MachineAnswersOptions extends Pick<ExpositionOptions, 'prefix' | 'defaultLabels'> {
  readonly instanceId: string;
  /** Milliseconds since 1970. */
  readonly wallTime: () => number;
  /** What this process tells another of itself. */
  readonly exportPart: (format: ExportFormat, signal: AbortSignal, timeLimitMs?: number) => Promise<Pieces>;
  /** A family is left out, since processes mean different things by its name. */
  readonly onClash: (name: string) => void;
}

/** Answers for all processes of the machine: asks each for its part and adds them up. */
export class MachineAnswers {
  private readonly texts = new SharedTexts((...asked) => this.write(undefined, ...asked));

  constructor(
    private readonly member: MachineMember,
    private readonly options: MachineAnswersOptions,
  ) {}

  /** @throws when the signal aborts */
  export(format: ExportFormat, worker: number | undefined, signal: AbortSignal, timeLimitMs?: number): Promise<Pieces> {
    if (worker === undefined) return this.texts.export(format, signal, timeLimitMs);
    return this.write(worker, format, signal, timeLimitMs);
  }

  async trends(question: PartQuestion, options: TrendsOptions): Promise<Pieces> {
    const found = await this.ask(question);
    const merged = new MergedTrends(options.window ?? '15m', this.options.wallTime());
    return writeInSlices(question.signal, function* (out) {
      const instances = yield* addRows<TrendsPartRow>(found, (row) => merged.add(row));
      yield* withInstances(out, instances, trendMembersSteps(out, describeTrends(merged, options)));
    });
  }

  /** @param name of the list in the document */
  async list(question: PartQuestion, name: string, limit = Infinity): Promise<Pieces> {
    const { parts, instances } = await this.ask(question);
    const lists = parts.map(({ body }) => linesOf(body));
    return writeInSlices(question.signal, (out) =>
      withInstances(out, instances, mergedListSteps(out, name, lists, limit)),
    );
  }

  /**
   * The whole document of the one process that has it; undefined where none has.
   *
   * @throws Refusal where one that does not answer may have it
   */
  async find(question: PartQuestion): Promise<Pieces | undefined> {
    const { parts, instances } = await this.ask(question);
    const found = parts.find(({ body }) => body.length > 0);
    const silent = instances.find(({ state }) => state === 'silent');
    if (found === undefined && silent !== undefined) throw doesNotAnswer(silent.worker);
    return found?.body;
  }

  private async write(
    worker: number | undefined,
    format: ExportFormat,
    signal: AbortSignal,
    timeLimitMs?: number,
  ): Promise<Pieces> {
    const query = new URLSearchParams({ format });
    const ownPart = () => this.options.exportPart(format, signal, timeLimitMs);
    const found = await this.ask({ path: '', query, worker, timeLimitMs, signal, ownPart });
    return format === 'json' ? this.writeJson(found, signal) : this.writeText(found, format, signal);
  }

  private writeJson(found: MachineParts, signal: AbortSignal): Promise<Pieces> {
    const { instanceId } = this.options;
    const merged = new MergedReading();
    return writeInSlices(signal, function* (out) {
      const instances = yield* addRows<StorePartRow>(found, (row) => merged.add(row));
      yield* documentSteps({ instanceId, instances }, merged, out);
    });
  }

  private async writeText(
    { parts, instances }: MachineParts,
    format: ExpositionFormat,
    signal: AbortSignal,
  ): Promise<Pieces> {
    const merged = new MergedText(format, this.options.onClash);
    const work = new SlicedWork(signal);
    for (const { body } of parts) await work.run(merged.add(body));
    const states = instances.map(({ state }) => state);
    const end = writeWorkers(states, { ...this.options, format }) + expositionEnd(format);
    return [...merged.pieces, Buffer.from(end)];
  }

  /** @throws Refusal where a certain worker is wanted that does not exist or does not answer */
  private async ask({ query, ownPart, path, ...question }: PartQuestion): Promise<MachineParts> {
    const { worker, signal } = question;
    // Every process that is asked listens to it, and Node would take more than ten for a leak.
    setMaxListeners(Infinity, signal);
    const headers = timeLimitHeaders(question.timeLimitMs);
    const asked = { timeLimitMs: undefined, ...question, headers, path: `/${path}?${query.toString()}` };
    const found = await this.member.ask(asked, ownPart);
    if (worker !== undefined && found.instances.length === 0) {
      throw new Refusal(404, `There is no worker ${worker}.`);
    }
    if (worker !== undefined && found.parts.length === 0) {
      throw doesNotAnswer(worker);
    }
    return found;
  }
}

function doesNotAnswer(worker: number): Refusal {
  return new Refusal(504, `Worker ${worker} does not answer.`);
}

/**
 * Adds the rows of each process and returns the list of processes. One whose rows cannot be read is left out as a whole, like
 * one that does not answer: the others are still shown.
 */
function* addRows<Row>(
  { parts, instances }: MachineParts,
  add: (row: Row) => void,
): Generator<void, readonly MachineInstance[]> {
  const unreadable = new Set<number>();
  for (const { instance, body } of parts) {
    const rows: Row[] = [];
    try {
      for (const line of linesOf(body)) yield void rows.push(JSON.parse(line) as Row);
    } catch {
      unreadable.add(instance.worker);
      continue;
    }
    for (const row of rows) yield add(row);
  }
  return instances.map((instance) => (unreadable.has(instance.worker) ? silentInstance(instance) : instance));
}

/** Writes a document in steps. Its first member lists the processes that were asked. */
function* withInstances(
  out: TextBuffer,
  instances: readonly MachineInstance[],
  members: Iterable<void>,
): Generator<void> {
  out.write(`{"instances":${JSON.stringify(instances)},`);
  yield* members;
  out.write('}');
}
