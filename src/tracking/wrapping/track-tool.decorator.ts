import type { ToolOptions } from '../declaring/execution-options';
import { methodToolSpec } from '../declaring/method-tool-spec';
import { trackingDecorator } from './tracking-decorator';

/**
 * Tracks a method as a tool of the agent that runs when it is called, or on a class its `run` method. A call counts from
 * its beginning to its real end, and its result reaches the caller as with `@TrackAgent`.
 *
 * @param options the tool's name, or options; without a name the one that MCP-Nest's `@Tool` gives the method, else the method's
 * @throws TypeError when the class is loaded, if there is no such method, or it was compiled without `experimentalDecorators`
 *
 * @example
 * @TrackTool('search')
 * async query(text: string) { ... }
 */
export function TrackTool(options?: string | ToolOptions): MethodDecorator & ClassDecorator {
  return trackingDecorator({
    decorator: 'TrackTool',
    kind: 'tool',
    methods: typeof options === 'object' ? options.methods : undefined,
    specFor: (_type, methodName, method) => methodToolSpec(options, methodName, method),
  });
}
