import { textOf } from './run-parts';

/** The place of a chain among the others. */
interface ChainPlace {
  readonly parentRunId: string | undefined;
  readonly runName: string | undefined;
}

const RUN_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * LangChain 1 declares the arguments of `handleChainStart` after the run's id as `runType, tags, metadata, runName,
 * parentRunId`, but passes `parentRunId, tags, metadata, runType, runName`, as 0.3 declared it. Both orders are understood,
 * should it do as it says one day.
 *
 * @param isRun whether a run of this id is known
 */
export function placeOfChain(
  [first, , , fourth, fifth]: readonly unknown[],
  isRun: (id: string) => boolean,
): ChainPlace {
  const isRunId = (value: unknown): value is string =>
    typeof value === 'string' && (isRun(value) || RUN_ID.test(value));
  if (isRunId(first)) return { parentRunId: first, runName: textOf(fifth) };
  if (isRunId(fifth)) return { parentRunId: fifth, runName: textOf(fourth) };
  return { parentRunId: undefined, runName: textOf(fifth) ?? textOf(fourth) };
}
