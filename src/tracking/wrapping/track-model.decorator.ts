import { modelSpec } from '../declaring/execution-spec';
import type { ModelOptions } from '../declaring/model-options';
import { trackingDecorator } from './tracking-decorator';

/** A model's options on a method, which has to name its model: a method's name says nothing of it. */
export interface MethodModelOptions extends ModelOptions {
  /** The label under which the call is counted, or a function of the call's arguments that returns it. */
  readonly model: NonNullable<ModelOptions['model']>;
  /** On a class: the methods to track. @default ['run'] */
  readonly methods?: readonly string[];
}

/**
 * Tracks a method as a call of a language model by the agent that runs when it is called. A call counts from its beginning to
 * its real end, and its result reaches the caller as with `@TrackAgent`.
 *
 * @param options the model's name, or options
 * @throws TypeError when the class is loaded, if there is no such method, the model has no name, or the class was compiled
 *   without `experimentalDecorators`
 *
 * @example
 * @TrackModel({
 *   model: 'gpt-4o',
 *   provider: 'openai',
 *   usage: ({ usage }: ChatCompletion) => ({ inputTokens: usage?.prompt_tokens, outputTokens: usage?.completion_tokens }),
 * })
 * async complete(prompt: string) { ... }
 */
export function TrackModel(options: string | MethodModelOptions): MethodDecorator & ClassDecorator {
  const given: Partial<MethodModelOptions> = typeof options === 'string' ? { model: options } : (options ?? {});
  if (typeof given.model !== 'function' && !given.model) {
    throw new TypeError("@TrackModel: the model has no name. Give it as a string, or as { model: '...' }.");
  }
  return trackingDecorator({
    decorator: 'TrackModel',
    kind: 'model',
    methods: given.methods,
    specFor: (_type, methodName) => modelSpec(given, methodName),
  });
}
