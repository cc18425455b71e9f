import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A file of the page, ready to be sent. */
export interface DashboardFile {
  readonly contentType: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
  /** Weak, since the compressed body is another one. */
  readonly etag: string;
}

const compress = promisify(gzip);

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** One folder deep, without dots but the last: no name leads out of the page's folder. */
const FILE = /^(?:[a-z]+\/)?[a-z-]+\.(?:html|js|css|svg)$/;

/**
 * Browser builds that import nothing. They are found through what Node resolves, which is a build for Node.
 * They are self-contained ES modules, so that the page needs neither a bundler nor an import map (which is inline, and
 * would need its hash in the Content-Security-Policy).
 */
const LIBRARIES: Readonly<Record<string, () => string>> = {
  'libraries/lit-html.js': () => join(dirname(require.resolve('lit-html')), '../lit-html.js'),
  'libraries/uplot.js': () => join(dirname(require.resolve('uplot')), 'uPlot.esm.js'),
  'libraries/uplot.css': () => join(dirname(require.resolve('uplot')), 'uPlot.min.css'),
  'libraries/dagre.js': () => join(dirname(require.resolve('@dagrejs/dagre')), 'dagre.esm.js'),
};

const files = new Map<string, Promise<DashboardFile | undefined>>();

/** The file of this name, undefined where there is none. Files are read once per process, when somebody asks. */
export async function findDashboardFile(name: string): Promise<DashboardFile | undefined> {
  if (!FILE.test(name)) return undefined;
  const file = files.get(name) ?? load(name);
  files.set(name, file);
  // Only what is there stays, however many names are tried.
  if ((await file) === undefined) files.delete(name);
  return file;
}

async function load(name: string): Promise<DashboardFile | undefined> {
  try {
    const body = await readFile(LIBRARIES[name]?.() ?? join(__dirname, 'page', name));
    const etag = `W/"${createHash('sha256').update(body).digest('base64url')}"`;
    return { contentType: CONTENT_TYPES[extname(name)]!, body, gzipped: await compress(body, { level: 9 }), etag };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
