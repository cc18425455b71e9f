import { Inject, Optional } from '@nestjs/common';
import type { ApplicationTracking } from './application-tracking';
import { liveExecution } from './execution-context';
import { shared } from './shared-state';

/** The injection token of an application's link. A registered symbol, so that two copies of the package share it. */
export const APPLICATION_LINK = Symbol.for('nestjs-agent-metrics@1:link');

/** The property through which Nest hands the link to every instance that it constructs. */
const LINK_PROPERTY = Symbol.for('nestjs-agent-metrics@1:linked');

/**
 * From an instance to the tracking of the application that made it.
 *
 * It has no dependencies on purpose: everything that is tracked depends on it, the providers of this module's own
 * options included.
 */
export class ApplicationLink {
  /** Undefined before the module is ready and after the application has closed: calls go on untracked then. */
  tracking: ApplicationTracking | undefined;
  /** False in an application that has yet to start, or never will because it failed to. */
  initialised = false;

  constructor() {
    shared.genuine.add(this);
  }

  open(tracking: ApplicationTracking): void {
    this.tracking = tracking;
    shared.live.add(this);
  }

  close(): void {
    this.tracking = undefined;
    shared.live.delete(this);
  }
}

/**
 * Asks Nest to link every instance of a class: a property injection whose property is an accessor on the prototype, so
 * that instances get no property of their own. The getter serves proxies around an instance.
 */
export function acceptLink(prototype: object): void {
  if (Object.hasOwn(prototype, LINK_PROPERTY)) return;
  Object.defineProperty(prototype, LINK_PROPERTY, {
    configurable: true,
    get(this: object) {
      return shared.links.get(this);
    },
    set(this: object, link: unknown) {
      if (link instanceof Object && shared.genuine.has(link)) linkObject(this, link as ApplicationLink);
    },
  });
  Inject(APPLICATION_LINK)(prototype, LINK_PROPERTY);
  Optional()(prototype, LINK_PROPERTY);
}

/** Whether an object's class has tracked methods. */
export function acceptsLink(instance: object): boolean {
  return LINK_PROPERTY in instance;
}

export function linkObject(instance: object, link: ApplicationLink): void {
  shared.links.set(instance, link);
}

/** The tracking that counts a method called on `self`: its own application's, else that of the running execution. */
export function trackingOf(self: unknown): ApplicationTracking | undefined {
  const link = isObject(self) ? (shared.links.get(self) ?? linkBehindProxy(self)) : undefined;
  return link === undefined ? liveExecution()?.tracking : link.tracking;
}

/**
 * The tracking that counts a call without an instance (a static method, a plain function): that of the running
 * execution, else of the only live application. With several there is no telling, and the call goes on untracked.
 */
export function trackingWithoutInstance(): ApplicationTracking | undefined {
  const running = liveExecution();
  if (running !== undefined) return running.tracking;
  return onlyLive()?.tracking;
}

/** An application that failed to start is never closed, so one that has started goes before any that has not. */
function onlyLive(): ApplicationLink | undefined {
  if (shared.live.size === 1) return shared.live.values().next().value;
  const initialised = [...shared.live].filter((link) => link.initialised);
  return initialised.length === 1 ? initialised[0] : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function linkBehindProxy(self: object): ApplicationLink | undefined {
  return (self as { [LINK_PROPERTY]?: ApplicationLink })[LINK_PROPERTY];
}
