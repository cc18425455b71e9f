import { Server, type AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { Inject, Injectable, Logger, Optional, RequestMethod } from '@nestjs/common';
import type { DeclaredNames } from '../collection/series/declared-names';
import type { MetricsEndpoint } from '../http/endpoint-check';
import { BearerTokens } from '../http/guards/bearer-tokens';
import { METRICS_LISTENER } from '../http/guards/listener.guard';
import type { MetricsListener } from '../http/metrics-listener';
import { QUIET_START } from '../runtime/quiet-start';
import { MetricsApplication } from './metrics-application';
import { METRICS_ENDPOINT } from './metrics.constants';
import { ApplicationConfig, HttpAdapterHost, ModulesContainer } from './nest-core';

/** Says in one line of the log what is measured, where it is served, and who may read it. */
@Injectable()
export class StartNotice {
  private readonly logger = new Logger('MetricsModule');

  constructor(
    private readonly application: MetricsApplication,
    private readonly tokens: BearerTokens,
    private readonly modules: ModulesContainer,
    private readonly config: ApplicationConfig,
    private readonly adapterHost: HttpAdapterHost,
    @Inject(METRICS_LISTENER) private readonly listener: MetricsListener,
    @Optional() @Inject(METRICS_ENDPOINT) private readonly endpoint?: MetricsEndpoint,
  ) {}

  /** Once the application's server listens, whose port is known then; at once where it serves no metrics. */
  give(): void {
    if ([...this.modules.values()].some(({ providers }) => providers.has(QUIET_START))) return;
    const server = this.findServer();
    const isOurs = this.endpoint !== undefined && !this.listener.isConfigured;
    if (server === undefined || server.listening || !isOurs) this.say(server);
    else server.once('listening', () => this.say(server));
  }

  private say(server: Server | undefined): void {
    this.application.faults.guard('telling of the start', () => {
      this.logger.log(this.parts(server).join(' · '));
    });
  }

  private parts(server: Server | undefined): string[] {
    const { store, member } = this.application;
    const worker = member?.worker === undefined ? [] : [`worker ${member.worker} of this machine`];
    return [describeNames(store.names), ...this.describeEndpoint(server), ...worker];
  }

  private findServer(): Server | undefined {
    const adapter = this.adapterHost.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    const server: unknown = adapter?.getHttpServer();
    return server instanceof Server ? server : undefined;
  }

  private describeEndpoint(server: Server | undefined): string[] {
    const { path = '/metrics', dashboard = true } = this.endpoint ?? {};
    const metrics = `/${path.replace(/^\/+|\/+$/g, '')}`;
    const page = `${metrics}/dashboard`;
    if (this.listener.isConfigured) {
      const url = `http://${hostOf(this.listener.address())}`;
      return [`GET ${url}${metrics}`, ...(dashboard ? [`page ${url}${page}`] : []), this.describeReaders([])];
    }
    if (this.endpoint === undefined) return ['no endpoint'];
    if (server === undefined) return ['no endpoint without HTTP: see the option "listen"'];
    const shownPage = `page ${urlOf(server)}${this.withPrefix(page)}`;
    return [
      `GET ${this.withPrefix(metrics)}`,
      ...(dashboard ? [shownPage] : []),
      this.describeReaders(this.endpoint.guards),
    ];
  }

  /** A global guard may admit every client, as one that throttles does: only the application knows. */
  private describeReaders(guards: readonly unknown[]): string {
    const locks = [this.tokens.isEmpty ? [] : 'a bearer token', guards.length === 0 ? [] : 'its guards'].flat();
    if (locks.length > 0) return `behind ${locks.join(' and ')}`;
    const isGuarded = this.config.getGlobalGuards().length + this.config.getGlobalRequestGuards().length > 0;
    return `publicly readable${isGuarded && !this.listener.isConfigured ? ', unless a global guard refuses' : ''}`;
  }

  /** As the router has it. */
  private withPrefix(path: string): string {
    const prefix = this.config.getGlobalPrefix().replace(/^\/+|\/+$/g, '');
    const { exclude = [] } = this.config.getGlobalPrefixOptions();
    const isExcluded = exclude.some(
      ({ requestMethod, pathRegex }) => ANY_OR_GET.includes(requestMethod) && pathRegex.exec(path) !== null,
    );
    return prefix === '' || isExcluded ? path : `/${prefix}${path}`;
  }
}

const ANY_OR_GET: readonly RequestMethod[] = [RequestMethod.ALL, RequestMethod.GET];

function describeNames({ agents, tools, models }: DeclaredNames): string {
  const counts = [
    [agents.size, 'agent'],
    [tools.size, 'tool'],
    [models.size, 'model'],
  ] as const;
  const known = counts
    .filter(([count]) => count > 0)
    .map(([count, noun]) => `${count} ${noun}${count === 1 ? '' : 's'}`);
  return known.length === 0 ? 'no decorated agents or tools' : known.join(', ');
}

/** Empty where the server has no port, as on a socket file. */
function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') return '';
  return `${server instanceof TlsServer ? 'https' : 'http'}://${hostOf(address)}`;
}

/** Addresses at which a browser on this machine finds the server as `localhost`. */
const LOCAL = ['0.0.0.0', '::', '127.0.0.1', '::1'];

function hostOf({ address = '::', port = 0 }: Partial<AddressInfo> = {}): string {
  if (LOCAL.includes(address)) return `localhost:${port}`;
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
