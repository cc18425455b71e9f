import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  BadRequestException,
  HttpException,
  InternalServerErrorException,
  NotFoundException,
  UnauthorizedException,
} from '@nestjs/common';
import { closeServer } from '../runtime/closed-server';
import { openAnswers } from './answers/answers.door';
import type { RouteMatch } from './answers/metrics-route';
import type { MetricsSource } from './answers/metrics-source';
import { nodeResponse } from './answers/node-response';
import { openPage } from './dashboard/page.door';
import type { PageSettings } from './dashboard/page-settings';
import type { BearerTokens } from './guards/bearer-tokens';
import { asHttpException } from './guards/refused';
import { openServer } from './listener-port';

/** The path of the page, below the endpoint. */
const PAGE = '/dashboard';

/**
 * A listener of its own for scrapers.
 *
 * @example
 * listen: { port: 9464, host: '127.0.0.1' }
 */
export interface ListenOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** @default '0.0.0.0' */
  readonly host?: string;
}

export interface MetricsListenerOptions {
  readonly listen: ListenOptions | undefined;
  readonly path: string;
  /** What the page is told; undefined where there is none. */
  readonly page: PageSettings | undefined;
  readonly source: MetricsSource;
  readonly tokens: BearerTokens;
  readonly onFault: (fault: unknown) => void;
}

/**
 * Serves the metrics on a port of its own: the same routes and none of the application's, also where the application
 * serves no HTTP. Inject it to learn its address.
 *
 * @example
 * constructor(private readonly listener: MetricsListener) {}
 * const port = this.listener.address()?.port;
 */
export class MetricsListener {
  private readonly answers = openAnswers();
  private server: Server | undefined;
  private tellOfClosing!: () => void;
  private readonly closing = new Promise<void>((resolve) => (this.tellOfClosing = resolve));
  /** Of the endpoint, with a slash before it; empty where it is the root. */
  private readonly path: string;

  /** @internal Nest makes it: inject it. */
  constructor(private readonly options: MetricsListenerOptions) {
    const path = options.path.replace(/^\/+|\/+$/g, '');
    this.path = path === '' ? '' : `/${path}`;
  }

  /** Whether there is one: the main listener does not answer then. */
  get isConfigured(): boolean {
    return this.options.listen !== undefined;
  }

  /**
   * Where it listens; undefined before the application has started and after it has closed.
   *
   * @example
   * const { port } = app.get(MetricsListener).address() ?? {};
   */
  address(): AddressInfo | undefined {
    const address = this.server?.address();
    return typeof address === 'object' && address !== null ? address : undefined;
  }

  /**
   * @internal The module opens it with the application.
   * @throws an error that suggests a port for each of several processes, where the port is taken
   */
  async open(): Promise<void> {
    const { listen } = this.options;
    if (listen === undefined) return;
    const { port, host = '0.0.0.0' } = listen;
    const onRequest = (request: IncomingMessage, response: ServerResponse) => void this.answer(request, response);
    const server = await openServer({ port, host }, onRequest, this.closing);
    // Later errors, such as too many open files, must not end the process.
    server.on('error', this.options.onFault);
    this.server = server;
  }

  /** @internal The application begins to close: it answers still, and another one may have the port. */
  beginClose(): void {
    this.tellOfClosing();
  }

  /** @internal The module closes it with the application. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server !== undefined) await closeServer(server);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      response.setHeader('Cache-Control', 'no-store');
      const url = readUrl(request);
      const { page } = this.options;
      if (page !== undefined && this.isOfPage(request, url)) return await this.answerPage(response, request, url, page);
      const { readParameters, respond } = this.answers;
      const { route, params } = this.find(request, url);
      const asked = { headers: request.headers, query: readParameters(url.searchParams), params };
      await respond(nodeResponse(response), asked, route, this.options.source);
    } catch (error) {
      this.refuse(response, asHttpException(error));
    }
  }

  private isOfPage({ method }: IncomingMessage, { pathname }: URL): boolean {
    return isRead(method) && `${pathname}/`.startsWith(`${this.path}${PAGE}/`);
  }

  private answerPage(
    response: ServerResponse,
    { headers }: IncomingMessage,
    { pathname }: URL,
    settings: PageSettings,
  ): Promise<void> {
    const name = pathname.slice(this.path.length + PAGE.length + 1) || undefined;
    return openPage().writeDashboard(nodeResponse(response), { headers, url: pathname }, { name, settings });
  }

  private find({ method, headers }: IncomingMessage, { pathname }: URL): RouteMatch {
    const below = this.below(pathname);
    const { findRoute, METRICS_ROUTES } = this.answers;
    const found = isRead(method) && below !== undefined ? findRoute(METRICS_ROUTES, below) : undefined;
    if (found === undefined) throw new NotFoundException(`Cannot ${method} ${pathname}`);
    if (!this.options.tokens.admit(headers.authorization)) throw new UnauthorizedException();
    return found;
  }

  /** The path below the endpoint, where one slash at the end does not count; undefined for what is elsewhere. */
  private below(pathname: string): string | undefined {
    const path = pathname.replace(/\/$/, '');
    if (path === this.path) return '';
    return path.startsWith(`${this.path}/`) ? path.slice(this.path.length + 1) || undefined : undefined;
  }

  private refuse(response: ServerResponse, error: unknown): void {
    if (!(error instanceof HttpException)) this.options.onFault(error);
    const exception = error instanceof HttpException ? error : new InternalServerErrorException();
    response.statusCode = exception.getStatus();
    if (exception instanceof UnauthorizedException) response.setHeader('WWW-Authenticate', 'Bearer');
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.end(JSON.stringify(exception.getResponse()));
  }
}

function isRead(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** @throws BadRequestException for what a client other than a browser may send as an address */
function readUrl({ url = '/' }: IncomingMessage): URL {
  const base = 'http://localhost';
  if (!URL.canParse(url, base)) throw new BadRequestException();
  return new URL(url, base);
}
