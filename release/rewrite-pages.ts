import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PUBLISHED_PAGES, withAbsoluteLinks, withRelativeLinks } from './published-links';
import { readManifest } from './repository-address';

// npm packs the files as they stand: `absolute` before it does, `relative` after it.
const rewrite = process.argv[2] === 'absolute' ? withAbsoluteLinks : withRelativeLinks;

// `npm publish` reads README once more after `postpack`, for the registry's page: that is undone in `postpublish`.
const isTooEarly = process.env['npm_command'] === 'publish' && process.env['npm_lifecycle_event'] === 'postpack';

for (const page of isTooEarly ? [] : PUBLISHED_PAGES) {
  const path = join(__dirname, '..', page);
  writeFileSync(path, rewrite(readFileSync(path, 'utf8'), page, readManifest()));
}
