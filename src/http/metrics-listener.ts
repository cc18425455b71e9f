import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  BadRequestException,
  HttpException,
  InternalServerErrorException,
  NotFoundException,
  UnauthorizedException,
} from '@nestjs/common';
import type { MetricsAnswers, MetricsRequest, MetricsRoute } from './answers/metrics-answer';
import { nodeResponse, respond } from './answers/metrics-response';
import { writeDashboard } from './dashboard/dashboard-response';
import type { BearerTokens } from './guards/bearer-tokens';

/** A scrape is one short request: who takes longer to ask does not want an answer. Reading it may take its time. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 10_000, connectionsCheckingInterval: 5_000 };

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
  /** Whether the page stands below the path. */
  readonly dashboard: boolean;
  readonly answers: MetricsAnswers;
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
  private server: Server | undefined;
  private readonly routes: ReadonlyMap<string, MetricsRoute>;
  private readonly page: string;

  /** @internal Nest makes it: inject it. */
  constructor(private readonly options: MetricsListenerOptions) {
    const path = `/${options.path.replace(/^\/+|\/+$/g, '')}`;
    this.page = `${path}/dashboard`;
    this.routes = new Map([
      [path, 'metrics'],
      [`${path}/history`, 'history'],
      [`${path}/running`, 'running'],
      [`${path}/trends`, 'trends'],
    ]);
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
    const server = createServer(TIMEOUTS, (request, response) => void this.answer(request, response));
    await new Promise<void>((resolve, reject) => {
      server.on('error', (error) => reject(describeFailure(error, host, port)));
      // Exclusive: the processes of a cluster would share the port, and a scraper would see one at random.
      server.listen({ port, host, exclusive: true }, resolve);
    });
    // Later ones, such as too many open files, must not end the process.
    server.on('error', this.options.onFault);
    this.server = server;
  }

  /** @internal The module closes it with the application. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    // A scraper keeps its connection for the next scrape, and nobody waits for that.
    server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      response.setHeader('Cache-Control', 'no-store');
      const url = readUrl(request);
      const asked: MetricsRequest = { headers: request.headers, query: readQuery(url.searchParams) };
      if (this.isOfPage(request, url)) return await this.answerPage(response, asked, url);
      const route = this.route(request, url);
      await respond(nodeResponse(response), asked, (signal) => this.options.answers[route](asked, signal));
    } catch (error) {
      this.refuse(response, error);
    }
  }

  private isOfPage({ method }: IncomingMessage, { pathname }: URL): boolean {
    const isRead = method === 'GET' || method === 'HEAD';
    return isRead && this.options.dashboard && `${pathname}/`.startsWith(`${this.page}/`);
  }

  private answerPage(response: ServerResponse, asked: MetricsRequest, { pathname }: URL): Promise<void> {
    const name = pathname.slice(this.page.length + 1) || undefined;
    return writeDashboard(nodeResponse(response), { ...asked, url: pathname }, name);
  }

  private route({ method, headers }: IncomingMessage, { pathname }: URL): MetricsRoute {
    const route = this.routes.get(pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname);
    if (route === undefined || (method !== 'GET' && method !== 'HEAD')) {
      throw new NotFoundException(`Cannot ${method} ${pathname}`);
    }
    if (!this.options.tokens.admit(headers.authorization)) throw new UnauthorizedException();
    return route;
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

/** @throws BadRequestException for what a client other than a browser may send as an address */
function readUrl({ url = '/' }: IncomingMessage): URL {
  const base = 'http://localhost';
  if (!URL.canParse(url, base)) throw new BadRequestException();
  return new URL(url, base);
}

/** A parameter that is given twice is a list, as on Express and Fastify. */
function readQuery(parameters: URLSearchParams): Record<string, string | string[]> {
  const names = new Set(parameters.keys());
  return Object.fromEntries([...names].map((name) => [name, onlyOrAll(parameters.getAll(name))]));
}

function onlyOrAll(values: string[]): string | string[] {
  return values.length === 1 ? values[0]! : values;
}

function describeFailure(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error;
  return new Error(
    `MetricsModule: the port ${port} of ${host} (option "listen") is taken. Where several processes run on one machine, ` +
      'give each its own: 9464 + Number(process.env.NODE_APP_INSTANCE ?? 0).',
    { cause: error },
  );
}
