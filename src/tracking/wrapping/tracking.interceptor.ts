import {
  Inject,
  Injectable,
  mixin,
  Optional,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { Observable, type Subscriber, type TeardownLogic } from 'rxjs';
import type { ExecutionKind } from '../../collection/executions/execution-status';
import type { AgentOptions, ToolOptions } from '../declaring/execution-options';
import { classAgentSpec, toolSpec, type ExecutionSpec } from '../declaring/execution-spec';
import { mcpToolName } from '../declaring/mcp-tool-name';
import { responseParameterOf } from '../declaring/response-parameter';
import { runInside, enteredExecution } from '../execution/async-context';
import type { LiveExecution } from '../execution/live-execution';
import { APPLICATION_LINK, genuineLink, type ApplicationLink } from '../linking/application-link';
import { HandlerSubscriber } from '../results/handler.subscriber';
import { SKIP_TRACKING } from './skip-tracking.decorator';
import { specOf } from './tracked-method';

/**
 * Options of `AgentMetricsInterceptor.for`: those of `@TrackAgent`, but a function that names the agent is given the
 * handler's `ExecutionContext`.
 *
 * @example
 * AgentMetricsInterceptor.for({ id: (context) => context.getClass().name, allowed: ['MailController'] });
 */
export interface AgentInterceptorOptions extends Omit<AgentOptions, 'id'> {
  /**
   * The label under which the agent is counted, or a function that finds it in the context.
   * @default the class's name
   */
  readonly id?: string | ((context: ExecutionContext) => string);
}

/**
 * Options of `ToolMetricsInterceptor.for`: those of `@TrackTool`, but a function that names the tool is given the
 * handler's `ExecutionContext`.
 *
 * @example
 * ToolMetricsInterceptor.for({ name: (context) => Reflect.getMetadata('tool', context.getHandler()) });
 */
export interface ToolInterceptorOptions extends Omit<ToolOptions, 'name'> {
  /**
   * The label under which the tool is counted, or a function that finds it in the context.
   * @default the name that MCP-Nest's `@Tool` gives the method, else the method's
   */
  readonly name?: string | ((context: ExecutionContext) => string);
}

/** Counts each call of a handler; the two interceptors differ in what they count it as. */
@Injectable()
abstract class TrackingInterceptor implements NestInterceptor {
  private readonly specs = new WeakMap<Function, ExecutionSpec>();

  private readonly link: ApplicationLink | undefined;

  /** @internal Nest makes it. */
  constructor(@Optional() @Inject(APPLICATION_LINK) link?: unknown) {
    this.link = genuineLink(link);
  }

  protected abstract readonly kind: ExecutionKind;
  protected abstract specFor(type: Function, handler: Function): ExecutionSpec;

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const tracking = this.link?.tracking;
    if (tracking === undefined || isSkipped(context)) return next.handle();
    const decorated = specOf(context.getHandler(), this.kind);
    // A name that depends on the arguments is known to the decorator alone, and without a context there is no way to
    // tell it that the call is being counted already.
    if (decorated !== undefined && (decorated.declaredName === undefined || !tracking.options.asyncContext))
      return next.handle();
    const inherited = decorated ?? this.ownSpec(context);
    const spec = inherited.ofClass?.(context.getClass()) ?? inherited;
    return new Observable((response) =>
      observe(tracking.intercept(spec, [context], responseOf(context)), next, response),
    );
  }

  private ownSpec(context: ExecutionContext): ExecutionSpec {
    const handler = context.getHandler();
    let spec = this.specs.get(handler);
    if (spec === undefined) this.specs.set(handler, (spec = this.specFor(context.getClass(), handler)));
    return spec;
  }
}

/**
 * Counts handlers as agents, for handlers that cannot be decorated. A handler is named as `@TrackAgent` names it: by
 * its decorator, else by its class. One that has the decorator too is counted once.
 *
 * @example
 * @UseInterceptors(AgentMetricsInterceptor)        // or AgentMetricsInterceptor.for('researcher')
 */
@Injectable()
export class AgentMetricsInterceptor extends TrackingInterceptor {
  protected readonly kind = 'agent';

  /**
   * The interceptor under a name of its own, or under the one that a function finds, in metadata for example. Where
   * that throws or finds none, the class's name counts.
   */
  static for(options: string | AgentInterceptorOptions): Type<NestInterceptor> {
    class NamedAgentMetricsInterceptor extends AgentMetricsInterceptor {
      protected override specFor(type: Function): ExecutionSpec {
        return classAgentSpec(options, type);
      }
    }
    return mixin(NamedAgentMetricsInterceptor);
  }

  protected specFor(type: Function): ExecutionSpec {
    return classAgentSpec({}, type);
  }
}

/**
 * Counts handlers as tools, for handlers that cannot be decorated. A handler is named as `@TrackTool` names it: by its
 * decorator, else by MCP-Nest's `@Tool`, else by its method. One that has the decorator too is counted once.
 *
 * @example
 * @UseInterceptors(ToolMetricsInterceptor)         // or ToolMetricsInterceptor.for('search')
 */
@Injectable()
export class ToolMetricsInterceptor extends TrackingInterceptor {
  protected readonly kind = 'tool';

  /**
   * The interceptor under a name of its own, or under the one that a function finds, in metadata for example. Where
   * that throws or finds none, the method is named as without it.
   */
  static for(options: string | ToolInterceptorOptions): Type<NestInterceptor> {
    class NamedToolMetricsInterceptor extends ToolMetricsInterceptor {
      protected override specFor(_type: Function, handler: Function): ExecutionSpec {
        return toolSpec(options, mcpToolName(handler) ?? handler.name, 'decorator');
      }
    }
    return mixin(NamedToolMetricsInterceptor);
  }

  protected specFor(_type: Function, handler: Function): ExecutionSpec {
    return toolSpec({}, mcpToolName(handler) ?? handler.name, 'decorator');
  }
}

function isSkipped(context: ExecutionContext): boolean {
  return [context.getHandler(), context.getClass()].some(
    (target) => Reflect.getMetadata(SKIP_TRACKING, target) === true,
  );
}

/** The response, where the handler answers through it itself. */
function responseOf(context: ExecutionContext): unknown {
  if (context.getType() !== 'http') return undefined;
  const parameter = responseParameterOf(context.getClass(), context.getHandler().name);
  return parameter === undefined ? undefined : context.switchToHttp().getResponse<unknown>();
}

/** Both the handler's call and the subscription to its result run inside the execution. */
function observe(
  execution: LiveExecution | undefined,
  next: CallHandler,
  response: Subscriber<unknown>,
): TeardownLogic {
  if (execution === undefined) return next.handle().subscribe(response);
  if (execution.stoppedBy !== undefined) return response.error(execution.stoppedBy);
  const outer = enteredExecution();
  return runInside(execution, () => next.handle().subscribe(new HandlerSubscriber(response, execution, outer)));
}
