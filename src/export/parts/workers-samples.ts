import { writeHeader, writeSample, type ExpositionOptions } from '../exposition/exposition';
import { WORKERS_FAMILY } from '../families/workers-family';
import { labelText } from '../text/exposition-text';

const STATES = ['up', 'silent'] as const;

export function writeWorkers(
  states: readonly (typeof STATES)[number][],
  { format, prefix, defaultLabels }: ExpositionOptions,
): string {
  const { type, help, sampleLabel } = WORKERS_FAMILY;
  const name = `${prefix}_${WORKERS_FAMILY.name}`;
  const samples = STATES.map((state) => {
    const labels = { [sampleLabel!]: state, ...defaultLabels };
    const text = labelText(Object.keys(labels), Object.values(labels));
    return writeSample(name, text, states.filter((given) => given === state).length);
  });
  return writeHeader({ name, type, help }, format) + samples.join('');
}
