import type { ToolOptions } from './execution-options';

/** No user can say it. */
const ADAPTED = Symbol('adapted');

interface AdaptedOptions extends ToolOptions {
  readonly [ADAPTED]?: true;
}

/** Options of a tool that an adapter tracks: one of the same name inside it is the same call. */
export function adaptedOptions(name: string): ToolOptions {
  const options: AdaptedOptions = { name, [ADAPTED]: true };
  return options;
}

export function areAdapted(options: ToolOptions): boolean {
  return (options as AdaptedOptions)[ADAPTED] === true;
}
