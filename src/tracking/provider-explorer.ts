import { types } from 'node:util';
import type { ModulesContainer } from '@nestjs/core';
import type { DeclaredNames } from '../collection/declared-names';
import type { ApplicationLink } from './application-link';
import { acceptsLink, linkObject } from './application-link';
import type { FaultLog } from './fault-log';
import { shared } from './shared-state';

type ModuleRef = ModulesContainer extends Map<string, infer Module> ? Module : never;
type InstanceWrapper = NonNullable<ReturnType<ModuleRef['providers']['get']>>;

/**
 * Looks at what an application has registered, for what injection alone does not bring about: the names that are known
 * before their first use, and links for objects that a factory or a value provides.
 */
export class ProviderExplorer {
  constructor(
    private readonly modules: ModulesContainer,
    private readonly link: ApplicationLink,
    private readonly faults: FaultLog,
  ) {}

  /** The constant names in the decorators of all registered classes. */
  declareNames(names: DeclaredNames): void {
    for (const { metatype } of this.wrappers()) {
      for (const { kind, declaredName, displayName, agent } of metatype ? specsOf(metatype) : []) {
        if (declaredName === undefined) continue;
        if (kind === 'agent') names.addAgent(declaredName, displayName ?? declaredName);
        else names.addTool(declaredName, agent);
      }
    }
  }

  /**
   * Links what factories will make, in every scope: an instance per request passes no hook. Their scope is not asked for,
   * because Nest would remember an answer that it cannot know before dependencies are resolved.
   */
  linkFactories(): void {
    for (const wrapper of this.wrappers()) {
      const factory = wrapper.metatype as ((...dependencies: unknown[]) => unknown) | null;
      if (!wrapper.inject || typeof factory !== 'function') continue;
      wrapper.metatype = (...dependencies: unknown[]) => {
        const made = factory(...dependencies);
        return types.isPromise(made) ? made.then((instance) => this.linkInstance(instance)) : this.linkInstance(made);
      };
    }
  }

  /** Links what has been provided as a value. */
  linkInstances(): void {
    for (const { instance } of this.wrappers()) this.linkInstance(instance);
  }

  private linkInstance(instance: unknown): unknown {
    this.faults.guard('link', () => {
      if (typeof instance === 'object' && instance !== null && acceptsLink(instance)) linkObject(instance, this.link);
    });
    return instance;
  }

  private *wrappers(): Generator<InstanceWrapper> {
    for (const module of this.modules.values()) {
      yield* module.providers.values() as Iterable<InstanceWrapper>;
      yield* module.controllers.values() as Iterable<InstanceWrapper>;
    }
  }
}

function* specsOf(type: Function) {
  yield* shared.specs.get(type) ?? [];
  let prototype = type.prototype as object | null | undefined;
  while (prototype) {
    yield* shared.specs.get(prototype) ?? [];
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
}
