import { types } from 'node:util';
import type { ModulesContainer } from '@nestjs/core';
import type { DeclaredNames } from '../../collection/series/declared-names';
import { declaredSpecs, type MethodSpec } from '../declaring/declared-specs';
import { declareNames } from '../declaring/execution-spec';
import { updateSharedMetadata } from '../declaring/shared-metadata';
import type { FaultLog } from '../fault-log';
import { type ApplicationLink, acceptsLink, linkObject } from './application-link';
import { minifiedNameWarning } from './minified-name';
import { membersOf } from './provided-members';

type ModuleRef = ModulesContainer extends Map<string, infer Module> ? Module : never;
type InstanceWrapper = NonNullable<ReturnType<ModuleRef['providers']['get']>>;

/**
 * Looks at what an application has registered, for what injection alone does not bring about: the names that are known
 * before their first use, and links for objects that a factory or a value provides.
 */
export class ProviderExplorer {
  private readonly withLinkedFactories = new WeakSet<ModuleRef>();
  /** Modules that have made everything that they make once. */
  private readonly settled = new Set<ModuleRef>();

  constructor(
    private readonly modules: ModulesContainer,
    private readonly link: ApplicationLink,
    private readonly faults: FaultLog,
  ) {}

  /** The constant names in the decorators of all registered classes. */
  declareNames(names: DeclaredNames): void {
    for (const module of this.modules.values()) {
      for (const { metatype } of wrappersOf(module)) {
        for (const { spec, className } of metatype ? specsOf(metatype) : []) {
          declareNames(spec, names);
          const warning = minifiedNameWarning(spec, className);
          if (warning !== undefined) this.faults.warnOnce('minified', warning);
        }
      }
    }
  }

  /** Copies metadata that was set on a tracked method after its class was made to the functions that others have kept of it. */
  shareMetadata(): void {
    for (const module of this.modules.values()) {
      for (const { metatype } of wrappersOf(module)) {
        for (const { tracked } of metatype ? specsOf(metatype) : []) updateSharedMetadata(tracked);
      }
    }
  }

  /**
   * Links what factories will make, in every scope: an instance per request passes no hook. Their scope is not asked for,
   * because Nest would remember an answer that it cannot know before dependencies are resolved.
   */
  linkFactories(): void {
    for (const module of this.modules.values()) this.linkFactoriesOf(module);
  }

  /** Links what has been provided as a value, and what factories had made before they were linked. */
  linkInstances(): void {
    for (const module of this.modules.values()) {
      this.linkInstancesOf(module);
      this.settled.add(module);
    }
  }

  /** Links what is there without a link yet: in modules that were loaded later, or before there were any hooks. */
  linkNewcomers(): void {
    if (this.settled.size === this.modules.size) return;
    const booted = this.settled.size > 0;
    for (const module of this.modules.values()) {
      if (this.settled.has(module)) continue;
      this.linkFactoriesOf(module);
      this.linkInstancesOf(module);
      if (booted && isInstantiated(module)) this.settled.add(module);
    }
  }

  private linkFactoriesOf(module: ModuleRef): void {
    if (this.withLinkedFactories.has(module)) return;
    this.withLinkedFactories.add(module);
    for (const wrapper of wrappersOf(module)) {
      const factory = wrapper.metatype as ((...dependencies: unknown[]) => unknown) | null;
      if (!wrapper.inject || typeof factory !== 'function') continue;
      wrapper.metatype = (...dependencies: unknown[]) => {
        const made = factory(...dependencies);
        return types.isPromise(made) ? made.then((instance) => this.linkInstance(instance)) : this.linkInstance(made);
      };
    }
  }

  private linkInstancesOf(module: ModuleRef): void {
    for (const wrapper of wrappersOf(module)) {
      this.linkInstance(wrapper.instance);
      if (!wrapper.isTransient) continue;
      for (const made of wrapper.getStaticTransientInstances()) this.linkInstance(made?.instance);
    }
  }

  private linkInstance(instance: unknown): unknown {
    this.linkOne(instance);
    this.faults.guard('link', () => {
      for (const member of membersOf(instance)) this.linkOne(member);
    });
    return instance;
  }

  private linkOne(instance: unknown): void {
    this.faults.guard('link', () => {
      if (typeof instance === 'object' && instance !== null && acceptsLink(instance)) linkObject(instance, this.link);
    });
  }
}

function* wrappersOf(module: ModuleRef): Generator<InstanceWrapper> {
  yield* module.providers.values() as Iterable<InstanceWrapper>;
  yield* module.controllers.values() as Iterable<InstanceWrapper>;
}

/** Whether Nest has made the module's own instance, which it does together with those of its providers. */
function isInstantiated(module: ModuleRef): boolean {
  return module.providers.get(module.metatype)?.initTime !== undefined;
}

/** What a decorator says, and the name of the class for which it says it. */
interface DeclaredSpec extends MethodSpec {
  readonly className: string;
}

/** What decorators say of the methods of a class, static ones too. */
function specsOf(type: Function): DeclaredSpec[] {
  return [
    ...specsAlong(type, type, (owner) => owner as Function),
    ...specsAlong(type, type.prototype as object | undefined, (owner) => owner.constructor),
  ];
}

/** Of methods that are redefined on the way to `start`, what is said of them there. */
function specsAlong(type: Function, start: object | undefined, classOf: (owner: object) => Function): DeclaredSpec[] {
  const found: DeclaredSpec[] = [];
  const nearer: object[] = [];
  for (
    let owner: object | null = start ?? null;
    owner !== null;
    owner = Object.getPrototypeOf(owner) as object | null
  ) {
    for (const { method, spec, tracked } of declaredSpecs.get(owner) ?? []) {
      if (nearer.some((redefining) => Object.hasOwn(redefining, method))) continue;
      const { ofClass } = spec;
      if (ofClass === undefined) found.push({ method, spec, tracked, className: classOf(owner).name });
      else found.push({ method, spec: ofClass(type), tracked, className: type.name });
    }
    nearer.push(owner);
  }
  return found;
}
