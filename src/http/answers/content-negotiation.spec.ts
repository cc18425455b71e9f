import { negotiateFormat, negotiateGzip } from './content-negotiation';

const PROMETHEUS_2_42 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
const PROMETHEUS_3_WITH_TEXT_FIRST =
  'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,*/*;q=0.2';
const CHROME =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7';

describe('negotiateFormat', () => {
  it.each([
    ['Prometheus 2.42', PROMETHEUS_2_42, 'openmetrics'],
    ['Prometheus 3', PROMETHEUS_3, 'openmetrics'],
    ['Prometheus 3 that prefers a text version which we do not write', PROMETHEUS_3_WITH_TEXT_FIRST, 'prometheus'],
    ['VictoriaMetrics', 'text/plain;version=0.0.4;q=1,*/*;q=0.1', 'prometheus'],
    ['curl', '*/*', 'json'],
    ['Chrome', CHROME, 'json'],
    ['nobody', undefined, 'json'],
    ['an empty header', '', 'json'],
    ['text/plain', 'text/plain', 'prometheus'],
    ['text/plain with a charset', 'text/plain; charset=utf-8', 'prometheus'],
    ['text/plain with a quoted version', 'text/plain; version="0.0.4"', 'prometheus'],
    ['text of a version that there is not', 'text/plain;version=1.0.0', 'prometheus'],
    ['text of a version that there is not, else anything', 'text/plain;version=1.0.0;q=0.4,*/*;q=0.3', 'prometheus'],
    [
      'text of a version that there is not, else JSON',
      'text/plain;version="1.0.0",application/json;q=0.9',
      'prometheus',
    ],
    ['JSON, else text of a version that there is not', 'text/plain;version=1.0.0;q=0.4,application/json', 'json'],
    ['anything, else text of a version that there is not', '*/*,text/plain;version=1.0.0;q=0.4', 'json'],
    ['text of two versions that there are not', 'text/plain;version=2.0.0,text/plain;version=1.0.0', 'prometheus'],
    ['OpenMetrics without a version', 'application/openmetrics-text', 'openmetrics'],
    ['only OpenMetrics 0.0.1', 'application/openmetrics-text;version=0.0.1', 'openmetrics'],
    ['OpenMetrics 2, else anything', 'application/openmetrics-text;version=2.0.0,*/*;q=0.1', 'openmetrics'],
    [
      'OpenMetrics 2, else 1',
      'application/openmetrics-text;version=2.0.0,application/openmetrics-text;q=0.1',
      'openmetrics',
    ],
    [
      'OpenMetrics 0.0.1, else text 1',
      'application/openmetrics-text;version=0.0.1,text/plain;version=1.0.0;q=0.5',
      'openmetrics',
    ],
    [
      'text 1, else OpenMetrics 1',
      'text/plain;version=1.0.0,application/openmetrics-text;version=1.0.0;q=0.5',
      'openmetrics',
    ],
    ['OpenMetrics 0.0.1, else text', 'application/openmetrics-text;version=0.0.1,text/plain;q=0.5', 'prometheus'],
    ['application/json', 'application/json', 'json'],
    ['capitals', 'TEXT/Plain', 'prometheus'],
    ['JSON as a last resort', 'application/json;q=0.1,text/plain', 'prometheus'],
    ['JSON or text, JSON rather', 'text/plain;q=0.5,application/json;q=0.6', 'json'],
    ['JSON not at all', 'application/json;q=0,*/*', 'prometheus'],
    ['any text', 'text/*', 'prometheus'],
    ['any application', 'application/*', 'json'],
    ['nothing', '*/*;q=0', 'json'],
    ['an image', 'image/png', 'json'],
    ['garbage', ';;q=,,=;', 'json'],
    ['more garbage', 'text/plain;version', 'json'],
  ])('gives %s its format', (_who, header, format) => {
    expect(negotiateFormat(header, 'json')).toBe(format);
  });

  it.each([
    ['*/*', 'prometheus'],
    [undefined, 'prometheus'],
    ['image/png', 'prometheus'],
    [CHROME, 'prometheus'],
    ['application/json', 'json'],
    ['application/openmetrics-text;version=0.0.1,*/*;q=0.1', 'openmetrics'],
    ['text/plain;version=1.0.0,application/json;q=0.1', 'prometheus'],
    [PROMETHEUS_2_42, 'openmetrics'],
  ])('with text as the default gives %j %s', (header, format) => {
    expect(negotiateFormat(header, 'prometheus')).toBe(format);
  });
});

describe('negotiateGzip', () => {
  it.each([
    ['gzip', 10_000, true],
    ['gzip, deflate, br', 10_000, true],
    ['deflate;q=1, *;q=0.1', 10_000, true],
    ['gzip', 100, false],
    ['gzip;q=0', 10_000, false],
    ['*;q=0', 10_000, false],
    ['br', 10_000, false],
    ['identity', 10_000, false],
    ['', 10_000, false],
    [undefined, 10_000, false],
    [';;q==,', 10_000, false],
    ['gzip, identity;q=0', 100, true],
    ['gzip;q=0.5, identity', 10_000, true],
  ])('for %j and %d bytes is %s', (header, bytes, gzip) => {
    expect(negotiateGzip(header, bytes)).toBe(gzip);
  });
});
