import { hostname } from 'node:os';
import type { Ledger } from '../../collection/ledger';
import type { MetricsStore } from '../../collection/metrics-store';
import { AGENT_FIELDS, CACHE_FIELDS, MODEL_FIELDS, TOOL_FIELDS } from '../../collection/reading/series-fields';
import { mergeModels, mergeTools, readSystem } from '../../collection/reading/snapshot.reader';
import type { ModelSeries } from '../../collection/series/execution-series';
import { VERSION } from '../../version';
import type { TextBuffer } from '../text/text-buffer';
import { documentOf } from './json-document';
import { objectOfFields } from './json-fields';
import { mapOf, number, objectOf } from './json-object';

const toolsByName = mapOf(objectOfFields(TOOL_FIELDS));
const agentsByName = mapOf(objectOfFields(AGENT_FIELDS));
const modelsByName = mapOf(objectOfFields(MODEL_FIELDS));
const cachesByName = mapOf(objectOfFields(CACHE_FIELDS));

const metricsDocument = objectOf<MetricsStore>([
  ['schema_version', number(() => 1)],
  [
    'instance',
    (out, { instanceId: id }) =>
      out.write(JSON.stringify({ id, hostname: hostname(), pid: process.pid, version: VERSION })),
  ],
  ['system_metrics', (out, store) => out.write(JSON.stringify(documentOf(readSystem(store))))],
  ['agent_metrics', (out, { ledger }) => agentsByName(out, ledger.series.agents)],
  ['tool_metrics', (out, { ledger }) => toolsByName(out, mergeTools(ledger))],
  ['model_metrics', (out, { ledger }) => modelsByName(out, modelsOf(ledger))],
  ['cache_metrics', (out, { ledger }) => cachesByName(out, ledger.series.caches)],
]);

function modelsOf({ series }: Ledger): ReadonlyMap<string, ModelSeries> {
  return new Map(mergeModels(series.allModels(), ['model']).map((merged) => [merged.model, merged]));
}

/** The JSON document: everything but the history, at one moment. */
export function writeJson(store: MetricsStore, out: TextBuffer): void {
  metricsDocument(out, store);
}
