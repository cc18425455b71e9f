import { negotiateGzip } from '../answers/content-negotiation';
import type { MetricsRequest } from '../answers/metrics-answer';
import type { MetricsResponse } from '../answers/node-response';
import { Refusal } from '../answers/refusal';
import { findDashboardFile, findPage } from './dashboard-file';
import type { PageSettings } from './page-settings';

/** Allows only files of this origin. Only lit-html may turn text into markup, from its own templates. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html',
].join('; ');

const SECURITY_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['Content-Security-Policy', CONTENT_SECURITY_POLICY],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
];

export interface DashboardRequest extends Pick<MetricsRequest, 'headers'> {
  readonly url: string;
}

/** The requested part of the page. */
export interface DashboardPart {
  /** The name of a file; undefined for the page itself. */
  readonly name: string | undefined;
  readonly settings: PageSettings;
}

/**
 * Answers with the page, or with one of its files by its name.
 *
 * @throws Refusal if there is no such file
 */
export async function writeDashboard(response: MetricsResponse, request: DashboardRequest, part: DashboardPart) {
  const pathname = request.url.split('?', 1)[0]!;
  // Links in the page are relative to its address. Behind a proxy that address is unknown, so the redirect is relative.
  if (pathname.endsWith('/')) return redirect(response, '../dashboard');
  const file = part.name === undefined ? await findPage(part.settings) : await findDashboardFile(part.name);
  if (file === undefined) throw new Refusal(404, `Cannot GET ${pathname}`);
  for (const [header, value] of SECURITY_HEADERS) response.header(header, value);
  response.header('Cache-Control', 'no-cache');
  response.header('ETag', file.etag);
  response.header('Vary', [response.getHeader('Vary'), 'Accept-Encoding'].filter(Boolean).join(', '));
  if (isKnown(request.headers['if-none-match'], file.etag)) return sendEmpty(response, 304);
  const gzipped = negotiateGzip(String(request.headers['accept-encoding'] ?? ''), file.body.length);
  response.status(200);
  response.header('Content-Type', file.contentType);
  if (gzipped) response.header('Content-Encoding', 'gzip');
  response.send(gzipped ? file.gzipped : file.body);
}

function redirect(response: MetricsResponse, location: string): void {
  response.header('Location', location);
  sendEmpty(response, 302);
}

function sendEmpty(response: MetricsResponse, status: number): void {
  response.status(status);
  response.send(Buffer.alloc(0));
}

function isKnown(ifNoneMatch: string | string[] | undefined, etag: string): boolean {
  const tags = [ifNoneMatch ?? []].flat().flatMap((header) => header.split(','));
  return tags.some((tag) => tag.trim() === etag);
}
