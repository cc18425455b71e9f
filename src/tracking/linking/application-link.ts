import { Inject, Optional } from '@nestjs/common';
import { processWide } from '../../runtime/process-wide';
import type { ApplicationTracking } from '../application-tracking';
import type { ExecutionHandle } from '../execution-handle';
import { closeContext, enteredExecution } from '../execution/async-context';
import { runningExecution, runningFrom } from '../execution/context-bridges';
import type { ExecutionHost } from '../execution/execution-host';
import type { LiveExecution } from '../execution/live-execution';
import { executionOf } from '../execution/tracked-handle';

/** The injection token of an application's link. A registered symbol, so that two copies of the package share it. */
export const APPLICATION_LINK = Symbol.for('nestjs-agent-metrics@1:link');

/** The property through which Nest hands the link to every instance that it constructs. */
const LINK_PROPERTY = Symbol.for('nestjs-agent-metrics@1:linked');

/** Which application made an object, or which ones provide it. */
const links = processWide('links', () => new WeakMap<object, Link>());
/** The links that are ours: a testing module's mocker may inject something else under our token. */
const genuine = processWide('genuine', () => new WeakSet<object>());
/** Applications that have started and not closed. */
const started = processWide('live', () => new Set<ApplicationLink>());
/** Those that are starting. Held weakly, because Nest does not tell of a start that fails. */
const starting = processWide('starting', () => new Set<WeakRef<ApplicationLink>>());

/** From an object to the tracking that counts what is called on it. */
export interface Link {
  /** Undefined where nothing counts: the call goes on untracked then. */
  readonly tracking: ApplicationTracking | undefined;
}

/**
 * From an instance to the tracking of the application that made it.
 *
 * It has no dependencies on purpose: everything that is tracked depends on it, the providers of this module's own
 * options included.
 */
export class ApplicationLink implements Link {
  closed = false;
  /** Links what the application has come to provide since it was last asked. */
  linkNewcomers: (() => void) | undefined;
  private readonly weakly = new WeakRef(this);
  /** Since it started. */
  private live: ApplicationTracking | undefined;
  /** Before that. Weak, because a constant that the application provides keeps its link for ever. */
  private ready: WeakRef<ApplicationTracking> | undefined;

  constructor() {
    genuine.add(this);
  }

  /** Undefined before the module is ready and after the application has closed: calls go on untracked then. */
  get tracking(): ApplicationTracking | undefined {
    return this.live ?? this.ready?.deref();
  }

  /** The module is ready: calls are tracked from now on. */
  open(tracking: ApplicationTracking): void {
    this.ready = new WeakRef(tracking);
    starting.add(this.weakly);
  }

  /** The application has started. */
  start(): void {
    this.live = this.tracking;
    starting.delete(this.weakly);
    started.add(this);
  }

  close(): void {
    this.live = this.ready = undefined;
    this.linkNewcomers = undefined;
    this.closed = true;
    starting.delete(this.weakly);
    started.delete(this);
    if (started.size === 0 && startingLinks().length === 0) closeContext();
  }
}

/** Those that are starting, without those that were collected as garbage. */
function startingLinks(): ApplicationLink[] {
  const reached: ApplicationLink[] = [];
  for (const weakly of starting) {
    const link = weakly.deref();
    if (link?.tracking === undefined) starting.delete(weakly);
    else reached.push(link);
  }
  return reached;
}

/**
 * Several applications provide one object: a constant, given to each as a value. Its calls belong to the application in
 * whose execution they are made, else to the only one that is live: one that failed to start gives way to it.
 */
class SharedLink implements Link {
  constructor(readonly links: readonly ApplicationLink[]) {}

  get tracking(): ApplicationTracking | undefined {
    const running = runningExecution()?.host;
    const open = this.links.filter(({ tracking }) => tracking !== undefined);
    const own = open.find(({ tracking }) => tracking === running) ?? onlyOne(open.filter((link) => started.has(link)));
    return (own ?? onlyOne(open))?.tracking;
  }
}

function linksOf(link: Link | undefined): readonly ApplicationLink[] {
  if (link === undefined) return [];
  // Not asked for its class: it may be one of another copy of this package.
  return 'links' in link ? (link as SharedLink).links : [link as ApplicationLink];
}

/** What was injected as an application's link, unless it is a mock. */
export function genuineLink(injected: unknown): ApplicationLink | undefined {
  return injected instanceof Object && genuine.has(injected) ? (injected as ApplicationLink) : undefined;
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
      return links.get(this);
    },
    set(this: object, injected: unknown) {
      const link = genuineLink(injected);
      if (link !== undefined) linkObject(this, link);
    },
  });
  Inject(APPLICATION_LINK)(prototype, LINK_PROPERTY);
  Optional()(prototype, LINK_PROPERTY);
}

/** Whether an object's class has tracked methods. A proxy may throw when it is asked. */
export function acceptsLink(instance: object): boolean {
  try {
    return LINK_PROPERTY in instance;
  } catch {
    return false;
  }
}

export function linkObject(instance: object, link: ApplicationLink): void {
  const others = linksOf(links.get(instance)).filter((other) => other !== link && !other.closed);
  links.set(instance, others.length === 0 ? link : new SharedLink([...others, link]));
}

/** The tracking of the application to which a handle belongs. */
export function trackingOfHandle(handle: ExecutionHandle | null | undefined): ExecutionHost<LiveExecution> | undefined {
  const host = executionOf(handle)?.host;
  return host?.closed ? undefined : host;
}

/** Finds the tracking that counts a call, by what it is called on and by the execution in whose context it is made. */
export type FindTracking = (
  self: unknown,
  entered: LiveExecution | undefined,
) => ExecutionHost<LiveExecution> | undefined;

/** For a method: that of the application that made `self`, else that of the running execution. */
export const trackingOfMethod: FindTracking = (self, entered) => {
  // A primitive is no key of a WeakMap, which then knows nothing of it.
  const link = links.get(self as object) ?? findLink(self);
  return link === undefined ? openTrackingOf(runningFrom(entered)) : link.tracking;
};

/**
 * For a call without an instance (a static method, a plain function): that of the running execution, else of the only
 * live application. With several there is no telling, and the call goes on untracked.
 */
export const trackingOfFunction: FindTracking = (_self, entered) => {
  const running = runningFrom(entered);
  return running === undefined ? onlyLive()?.tracking : openTrackingOf(running);
};

/** The same for a caller that has not looked up the context. */
export function trackingWithoutInstance(): ExecutionHost<LiveExecution> | undefined {
  return trackingOfFunction(undefined, enteredExecution());
}

/** One that failed to start is never closed, so those that have started go before any that have not. */
function liveLinks(): readonly ApplicationLink[] {
  return started.size === 0 ? startingLinks() : [...started];
}

/** All that count what begins in them. */
export function liveTrackings(): readonly ApplicationTracking[] {
  return liveLinks().flatMap(({ tracking }) => tracking ?? []);
}

function onlyLive(): ApplicationLink | undefined {
  if (started.size === 1) return started.values().next().value;
  const live = liveLinks();
  if (live.length > 1) live.at(-1)?.tracking?.faults.warnOnce('several', SEVERAL_LIVE);
  return onlyOne(live);
}

function onlyOne<Item>(items: readonly Item[]): Item | undefined {
  return items.length === 1 ? items[0] : undefined;
}

const SEVERAL_LIVE =
  'A tracked function or static method was called outside any execution while several applications are live, so it is ' +
  'not counted. Inject ExecutionTracker and use trackTool, trackAgent or trackModel, call the function inside ' +
  'an execution, or close the other application. Further calls are not logged.';

/** An execution can outlive its application; what it calls then is counted nowhere. */
function openTrackingOf(running: LiveExecution | undefined): ExecutionHost<LiveExecution> | undefined {
  const tracking = running?.host;
  return tracking?.closed ? undefined : tracking;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** For what no injection has linked: proxies, and what an application provides without having constructed it. */
function findLink(self: unknown): Link | undefined {
  if (!isObject(self)) return undefined;
  const behindProxy = linkBehindProxy(self);
  if (behindProxy !== undefined) return behindProxy;
  for (const { linkNewcomers } of [...started, ...startingLinks()]) linkNewcomers?.();
  return links.get(self);
}

/** A proxy may throw at whatever it does not know. */
function linkBehindProxy(self: object): Link | undefined {
  try {
    return (self as { [LINK_PROPERTY]?: Link })[LINK_PROPERTY];
  } catch {
    return undefined;
  }
}
