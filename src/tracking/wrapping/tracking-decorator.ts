import type { ExecutionKind } from '../../collection/executions/execution-status';
import { callStyleOf, type AnyFunction } from '../declaring/call-style';
import { declaredSpecs } from '../declaring/declared-specs';
import type { ExecutionSpec } from '../declaring/execution-spec';
import { responseParameterOf } from '../declaring/response-parameter';
import { shareMetadata } from '../declaring/shared-metadata';
import { acceptLink } from '../linking/application-link';
import { specOf, trackedMethod, trackedWithoutInstance } from './tracked-method';

/** What the two decorators differ in. */
export interface TrackingDecoratorDefinition {
  readonly decorator: string;
  readonly kind: ExecutionKind;
  /** The methods that the decorator tracks on a class. */
  readonly methods: readonly string[] | undefined;
  /** @param method the method as it is once all its decorators have run */
  specFor(type: Function, methodName: string, method: () => unknown): ExecutionSpec;
}

type MethodName = string | symbol;

/** A decorator for methods (static ones too) and for classes. */
export function trackingDecorator(definition: TrackingDecoratorDefinition): MethodDecorator & ClassDecorator {
  return (target: object, method?: MethodName, descriptor?: PropertyDescriptor): void => {
    assertExperimentalDecorators(definition.decorator, method);
    if (method === undefined) return trackClass(definition, target as Function);
    if (typeof descriptor?.value !== 'function') throw notAMethod(definition, target, method);
    descriptor.value = track(definition, target, method, descriptor.value as AnyFunction);
  };
}

/**
 * A compiler without `experimentalDecorators` calls decorators as TC39 has them: with the method or class and a context
 * object. No prototype is known then, on which Nest's injection could find us.
 *
 * @param second the second argument that the decorator was called with
 * @throws TypeError that says what to set
 */
export function assertExperimentalDecorators(decorator: string, second: unknown): void {
  if (typeof second !== 'object' || second === null) return;
  throw new TypeError(
    `@${decorator} was called as a standard decorator, but Nest and this package need TypeScript's experimental ones. ` +
      'Set "experimentalDecorators": true in the compilerOptions of tsconfig.json (esbuild reads it there, too); ' +
      'for swc, set "legacyDecorator": true in jsc.transform of .swcrc.',
  );
}

function trackClass(definition: TrackingDecoratorDefinition, target: Function): void {
  const prototype = target.prototype as object;
  for (const method of definition.methods ?? ['run']) {
    const descriptor = findDescriptor(prototype, method);
    if (typeof descriptor?.value !== 'function') throw notAMethod(definition, prototype, method);
    // A decorator on the method itself says more than one on the class, but not where the method is inherited.
    const own = Object.hasOwn(prototype, method);
    if (own && specOf(descriptor.value as object, definition.kind) !== undefined) continue;
    const value = track(definition, prototype, method, descriptor.value as AnyFunction);
    Object.defineProperty(prototype, method, { ...descriptor, value });
  }
}

function track(
  definition: TrackingDecoratorDefinition,
  target: object,
  method: MethodName,
  fn: AnyFunction,
): AnyFunction {
  const methodName = typeof method === 'symbol' ? (method.description ?? '') : method;
  const spec = definition.specFor(classOf(target), methodName, () => Reflect.get(target, method) as unknown);
  const style = callStyleOf(fn, () => Reflect.getMetadata('design:returntype', target, method) as unknown);
  const tracked =
    typeof target === 'function'
      ? trackedWithoutInstance(spec, fn, style)
      : trackedMethod(spec, fn, style, responseParameterOf(target.constructor, method));
  const specs = declaredSpecs.get(target);
  if (specs === undefined) declaredSpecs.set(target, [{ method, spec, tracked }]);
  else specs.push({ method, spec, tracked });
  if (typeof target !== 'function') acceptLink(target);
  // What is inherited belongs to the base class, whose other subclasses must not hear of this one.
  if (Object.hasOwn(target, method)) shareMetadata(fn, tracked);
  return tracked;
}

function classOf(target: object): Function {
  return typeof target === 'function' ? target : target.constructor;
}

function findDescriptor(prototype: object, method: string): PropertyDescriptor | undefined {
  for (let owner: object | null = prototype; owner !== null; owner = Object.getPrototypeOf(owner) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, method);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}

function notAMethod(
  { decorator, methods }: TrackingDecoratorDefinition,
  target: object,
  method: MethodName,
): TypeError {
  const remedy =
    methods === undefined ? ' On a class it tracks "run", or the methods given as { methods: [...] }.' : '';
  return new TypeError(`@${decorator}: ${classOf(target).name}.${String(method)} is not a method.${remedy}`);
}
