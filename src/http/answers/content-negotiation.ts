import * as accept from '@hapi/accept';
import type { ExportFormat } from '../../collection/export-format';

/** The exact content type of each format. */
export const CONTENT_TYPES: Readonly<Record<ExportFormat, string>> = {
  json: 'application/json; charset=utf-8',
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** What a media type in an `Accept` header asks for. */
interface Offer {
  readonly format: ExportFormat;
  readonly type: string;
  /** The one that we write, and need not be named; only texts have one. */
  readonly version?: string;
}

const OFFERS: readonly Offer[] = [
  { format: 'json', type: 'application/json' },
  { format: 'prometheus', type: 'text/plain', version: '0.0.4' },
  { format: 'openmetrics', type: 'application/openmetrics-text', version: '1.0.0' },
];

/**
 * The format that an `Accept` header prefers, by its q-values. Type and version decide; `charset` and `escaping` do not.
 * A text in a version that we do not write becomes another text that the header names, or else the version that we
 * write: a scraper reads that rather than JSON. A header that asks for nothing that there is, or cannot be read, gets
 * the default: a scraper is never refused.
 */
export function negotiateFormat(header: string | undefined, defaultFormat: ExportFormat): ExportFormat {
  // Where a wildcard leaves the choice to us, the first offer is taken.
  const offers = OFFERS.toSorted((a, b) => rank(a.format, defaultFormat) - rank(b.format, defaultFormat));
  const types = offers.map(({ type }) => type);
  for (const acceptable of acceptableTypes(header, types)) {
    const offer = offers.find(({ type }) => type === typeOf(acceptable));
    if (offer === undefined) continue;
    return isExact(acceptable, offer) ? offer.format : (namedText(header) ?? offer.format);
  }
  return defaultFormat;
}

/** The text that a header names in a version that we write. */
function namedText(header: string | undefined): ExportFormat | undefined {
  const texts = OFFERS.filter(({ version }) => version !== undefined);
  for (const named of acceptableTypes(header)) {
    const offer = texts.find((text) => text.type === typeOf(named) && isExact(named, text));
    if (offer !== undefined) return offer.format;
  }
  return undefined;
}

function rank(format: ExportFormat, defaultFormat: ExportFormat): number {
  return format === defaultFormat ? 0 : 1;
}

function acceptableTypes(header: string | undefined, types?: string[]): string[] {
  try {
    return accept.mediaTypes(header, types);
  } catch {
    return [];
  }
}

function typeOf(mediaType: string): string {
  return mediaType.split(';', 1)[0]!;
}

function isExact(mediaType: string, { version }: Offer): boolean {
  const named = mediaType.split(';').find((parameter) => parameter.startsWith('version='));
  return named === undefined || version === undefined || named.slice('version='.length).replaceAll('"', '') === version;
}

/** Below this the header and the work weigh more than what is saved. */
const WORTH_COMPRESSING_BYTES = 1_024;

/** Whether a body goes out compressed, by an `Accept-Encoding` header. */
export function negotiateGzip(header: string | undefined, bodyBytes: number): boolean {
  const encodings = acceptableEncodings(header);
  const acceptsGzip = encodings.includes('gzip') || encodings.includes('*');
  return acceptsGzip && (bodyBytes >= WORTH_COMPRESSING_BYTES || !encodings.includes('identity'));
}

function acceptableEncodings(header: string | undefined): string[] {
  try {
    return header === undefined ? [] : accept.encodings(header);
  } catch {
    return [];
  }
}
