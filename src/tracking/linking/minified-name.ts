import type { ExecutionSpec } from '../declaring/execution-spec';

/** Names that minifiers give to classes, and people hardly do: `t`, `e2`, `_a`. */
const MINIFIED = /^[\w$]{1,2}$/;

/**
 * What to say of an agent that is counted under the name of its class where a build has shortened that name, or
 * undefined where all is well. A tool is named after its method, which minifiers leave alone.
 */
export function minifiedNameWarning({ kind, declaredName }: ExecutionSpec, className: string): string | undefined {
  if (kind !== 'agent' || declaredName !== className || !MINIFIED.test(className)) return undefined;
  return (
    `An agent is counted as "${className}" because its class has that name, which looks minified and may change with the ` +
    "next build. Give it an id, as in @TrackAgent('researcher'), or keep the names of classes (esbuild: keepNames, terser: " +
    'keep_classnames). Further ones are not logged.'
  );
}
