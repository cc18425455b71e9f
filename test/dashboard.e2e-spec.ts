import { MetricsModule } from '../src';
import { rawRequest } from './support/raw-request';
import { ADAPTERS, TestApp } from './support/test-app';

describe.each(ADAPTERS)('x on %s', (_name, adapter) => {
  it('y', async () => {
    const app = await TestApp.start({ imports: [MetricsModule.forRoot({})] }, { adapter });
    for (const p of ['', '/', '/libraries/uplot.js', '/libraries/lit-html.js', '/nope.js', '/../x.js', '/a/b/c.js','/libraries%2fuplot.js', '/..%2f..%2fdashboard-file.ts']) {
      const { status, headers, body } = await rawRequest(app.url + '/metrics/dashboard' + p, {});
      process.stderr.write([_name, p, status, headers['content-type'], headers.etag, headers.location, body.length].join(' | ') + '\n');
    }
  });
});
