import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { attributesOf, type PageSettings } from './page-settings';
import { slimSource } from './slim-source';

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

/** A folder and a file, with one dot: no name leads out of the page's folder. */
const FILE = /^[a-z]+\/[a-z-]+\.(?:js|css|svg)$/;
const PAGE = 'index.html';

/**
 * Browser builds that import nothing. They are found next to the build that Node resolves, which is for Node.
 * They are self-contained ES modules, so that the page needs neither a bundler nor an import map (which is inline, and
 * would need its hash in the Content-Security-Policy).
 */
const LIBRARIES: Readonly<Record<string, () => string>> = {
  'libraries/lit-html.js': () => join(dirname(require.resolve('lit-html')), '../lit-html.js'),
  'libraries/uplot.js': () => join(dirname(require.resolve('uplot')), 'uPlot.iife.min.js'),
  'libraries/uplot.css': () => join(dirname(require.resolve('uplot')), 'uPlot.min.css'),
};

/** Turns a script into a module. Only the script build of uPlot is minified, and it is half as large. */
const ENDS: Readonly<Record<string, string>> = { 'libraries/uplot.js': '\nexport default uPlot;\n' };

const files = new Map<string, Promise<DashboardFile | undefined>>();

/** The file of this name; undefined if there is none. A file is read once per process, at its first request. */
export async function findDashboardFile(name: string): Promise<DashboardFile | undefined> {
  return FILE.test(name) ? loadOnce(name) : undefined;
}

/** By markup: the applications of one process need few. */
const pages = new Map<string, Promise<DashboardFile>>();

/** The page itself, with its settings; undefined in an application that a bundler made one file, without the page's. */
export async function findPage(settings: PageSettings): Promise<DashboardFile | undefined> {
  const source = await loadOnce(PAGE);
  if (source === undefined) return undefined;
  const markup = source.body.toString().replace('<html', () => `<html${attributesOf(settings)}`);
  const page = pages.get(markup) ?? prepare(Buffer.from(markup), extname(PAGE));
  pages.set(markup, page);
  return page;
}

async function loadOnce(name: string): Promise<DashboardFile | undefined> {
  const file = files.get(name) ?? load(name);
  files.set(name, file);
  // Only existing files stay in the map, however many names are requested.
  if ((await file) === undefined) files.delete(name);
  return file;
}

async function load(name: string): Promise<DashboardFile | undefined> {
  try {
    return await prepare(Buffer.from(await read(name)), extname(name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function read(name: string): Promise<string> {
  const library = LIBRARIES[name]?.();
  if (library !== undefined) return (await readFile(library, 'utf8')) + (ENDS[name] ?? '');
  const source = await readFile(join(__dirname, 'page', name), 'utf8');
  return name === PAGE ? source : slimSource(source);
}

async function prepare(body: Buffer, extension: string): Promise<DashboardFile> {
  const etag = `W/"${createHash('sha256').update(body).digest('base64url')}"`;
  return { contentType: CONTENT_TYPES[extension]!, body, gzipped: await compress(body, { level: 9 }), etag };
}
