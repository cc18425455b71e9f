import { validateHeaderName, validateHeaderValue } from 'node:http';
import * as v from 'valibot';
import { faultUnless, objectOf, recordOf } from './option-values.schema';

const INSTEAD = 'true, false, or ';
const URL_FORM = "an address such as 'http://prometheus:9090'";
const HEADERS = 'texts that HTTP allows, by the names of headers';
const TRACE_URL = "an address with {traceId} in it, such as 'https://jaeger.example.com/trace/{traceId}'";
const SELECTOR = 'matchers of labels such as \'job="agents"\', separated by commas and without braces';

const LABEL = '[a-zA-Z_][a-zA-Z0-9_]*';
/** With the escapes that Go knows: `"\d"` is none, `"\\d"` is one. */
const ESCAPE = String.raw`\\(?:[abfnrtv\\"]|[0-7]{3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8})`;
const TEXT = String.raw`"(?:[^"\\\n]|${ESCAPE})*"`;
const MATCHER = String.raw`\s*${LABEL}\s*(?:=~|!~|!=|=)\s*${TEXT}\s*`;
const MATCHERS = new RegExp(`^${MATCHER}(?:,${MATCHER})*$`);

const options = objectOf(
  {
    prometheusUrl: v.optional(v.pipe(v.string(URL_FORM), v.check(isServerUrl, URL_FORM))),
    prometheusHeaders: v.optional(
      v.pipe(
        recordOf<string>(
          faultUnless((value) => typeof value === 'string', HEADERS),
          HEADERS,
        ),
        v.check((headers) => Object.entries(headers).every(isHeader), HEADERS),
      ),
    ),
    selector: v.optional(v.pipe(v.string(SELECTOR), v.regex(MATCHERS, SELECTOR))),
    traceUrl: v.optional(v.pipe(v.string(TRACE_URL), v.check(isTraceUrl, TRACE_URL))),
  },
  INSTEAD,
);

const dashboard = v.pipe(
  options,
  v.check(
    ({ prometheusUrl, prometheusHeaders, selector }) =>
      prometheusUrl !== undefined || (prometheusHeaders ?? selector) === undefined,
    'given a prometheusUrl, to which prometheusHeaders and selector belong',
  ),
);

/** Not a union, which would say of every fault only that it is none of both. What is none of both is told as an object. */
export const dashboardSchema = v.lazy((input) => (typeof input === 'boolean' ? v.boolean() : dashboard));

const SECRETS = /^(?:bearerToken|endpoint\.dashboard\.prometheus)/;

/** Whether the value of an option may not be shown, by the name of the option: it may hold a password. */
export function isSecret(option: string, value: unknown): boolean {
  // A text in the place of the object is an address.
  const isAddress = option === 'endpoint.dashboard' && typeof value === 'string';
  return isAddress || (value !== undefined && SECRETS.test(option));
}

function isServerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && isDecodable(username) && isDecodable(password);
}

/** Nothing else may become a link: `javascript:` is an address, too. */
function isTraceUrl(text: string): boolean {
  return text.includes('{traceId}') && isServerUrl(text.replaceAll('{traceId}', '0'));
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function isHeader([name, value]: [string, string]): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
