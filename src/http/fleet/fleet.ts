import { SharedWork } from '../../runtime/shared-work';
import type { FleetOptions } from './dashboard-options';
import { FleetAnswers } from './fleet-answers';
import { FleetFault, type FleetReason } from './fleet-fault';
import { FleetPromql, matcherOf } from './fleet-promql';
import { FLEET_QUERIES, FLEET_QUERY_NAMES, type FleetQueryName } from './fleet-queries';
import { eventMomentsOf, FLEET_RANGES, type FleetMoments, momentsOf } from './fleet-range';
import type { FleetQuestion, FleetReport, FleetSilence } from './fleet-report';
import type { FleetSeries } from './prometheus-answer';
import { PrometheusClient } from './prometheus-client';
import { reportFleet } from './report-fleet';

/** The page gives up after 10 seconds, and has to be told before. */
const TIME_LIMIT_MS = 8_000;

/** Queries of one question at a time: Prometheus runs 20 by default, and others ask, too. */
const MAX_QUERIES = 6;

/** Different questions at a time. The page needs no more, and a client must not keep the server busy through us. */
const MAX_QUESTIONS = 8;

interface FleetSettings {
  readonly options: FleetOptions;
  /** Of our families. */
  readonly prefix: string;
  readonly warnOnce: (kind: string, message: string) => void;
}

/** All instances of the application, as a server knows them that scrapes them. */
export class Fleet {
  private readonly client: PrometheusClient;
  private readonly questions = new SharedWork<FleetReport | FleetSilence>();
  private readonly matchers: readonly string[];

  constructor(private readonly settings: FleetSettings) {
    const { selector } = settings.options;
    this.client = new PrometheusClient(settings.options);
    this.matchers = selector === undefined ? [] : [selector];
  }

  /** Who asks the same at the same time shares the answer. @throws when `signal` aborts */
  async ask(question: FleetQuestion, signal: AbortSignal): Promise<FleetReport | FleetSilence> {
    const { range, instance } = question;
    const key = JSON.stringify([range, instance]);
    if (!this.questions.has(key) && this.questions.size >= MAX_QUESTIONS) return { ...question, reason: 'busy' };
    return this.questions.share(key, (given) => this.answer(question, given), signal);
  }

  private async answer(question: FleetQuestion, signal: AbortSignal): Promise<FleetReport | FleetSilence> {
    const moments = momentsOf(FLEET_RANGES[question.range], Date.now());
    const limit = AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)]);
    const faults = new Map<FleetQueryName, FleetReason>();
    const answers = new Map<FleetQueryName, readonly FleetSeries[]>();
    const ask = this.asker(question, moments, limit);
    await inTurn(FLEET_QUERY_NAMES, MAX_QUERIES, async (name) => {
      try {
        answers.set(name, await ask(name));
      } catch (error) {
        signal.throwIfAborted();
        faults.set(name, this.reasonOf(error));
      }
    });
    // Without the list of instances nothing else can be shown.
    const reason = faults.get('instances');
    if (reason !== undefined) return { ...question, reason };
    return reportFleet(question, new FleetAnswers(answers, moments), [...faults.keys()]);
  }

  private asker({ range, instance }: FleetQuestion, moments: FleetMoments, signal: AbortSignal) {
    const { prefix } = this.settings;
    const times = FLEET_RANGES[range];
    const chosen = instance === undefined ? [] : [matcherOf('instance', instance)];
    const promql = {
      all: new FleetPromql({ prefix, matchers: this.matchers }, times),
      chosen: new FleetPromql({ prefix, matchers: [...this.matchers, ...chosen] }, times),
    };
    return (name: FleetQueryName): Promise<FleetSeries[]> => {
      const { of, as, write } = FLEET_QUERIES[name];
      const query = write(promql[of]);
      if (as === 'value') return this.client.value(query, moments, signal);
      return this.client.course(query, as === 'events' ? eventMomentsOf(times, moments) : moments, signal);
    };
  }

  /** What the log is told of stays here: it may name the server. */
  private reasonOf(error: unknown): FleetReason {
    const isFault = error instanceof FleetFault;
    const reason = isFault ? error.reason : 'timeout';
    const detail = isFault ? error.message : `It did not answer within ${TIME_LIMIT_MS / 1_000} s.`;
    this.settings.warnOnce(
      `fleet:${reason}`,
      `The page cannot show the fleet: no answer from "endpoint.dashboard.prometheusUrl" (${reason}). ${detail} Further ` +
        'ones of this kind are not logged.',
    );
    return reason;
  }
}

/** As many at a time, and no more. */
async function inTurn<Item>(items: readonly Item[], limit: number, use: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  const work = async () => {
    for (const item of left) await use(item);
  };
  await Promise.all(Array.from({ length: limit }, work));
}
