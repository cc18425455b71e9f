import { posix } from 'node:path';
import { repositoryAddress, type Manifest } from './repository-address';

/** The pages in the package. */
export const PUBLISHED_PAGES: readonly string[] = ['README.md', 'CHANGELOG.md', 'docs/runbooks.md'];

const CODE = /(^```[^]*?^```$)/m;

/** Links and images with a path: neither an address nor an anchor of the same page. */
const RELATIVE = /(!?)(\[[^\]]*\]\()(?!\w+:|#)([^)\s]+)\)/g;

/**
 * A page as it is published: its links lead to the repository at the tag of this version, from wherever the page is read.
 *
 * @param page its path from the root, such as `docs/runbooks.md`
 */
export function withAbsoluteLinks(text: string, page: string, manifest: Manifest): string {
  return outsideCode(text, (part) =>
    part.replace(RELATIVE, (_link, image: string, label: string, target: string) => {
      const path = posix.join(posix.dirname(page), target);
      return `${image}${label}${tagged(manifest, image === '' ? 'blob' : 'raw')}${path})`;
    }),
  );
}

/** The same page as it stands in the repository. */
export function withRelativeLinks(text: string, page: string, manifest: Manifest): string {
  const places = ['blob', 'raw'].map((kind) => tagged(manifest, kind));
  return outsideCode(text, (part) =>
    part.replace(/\]\((https:[^)\s]+)\)/g, (link, target: string) => {
      const place = places.find((start) => target.startsWith(start));
      if (place === undefined) return link;
      return `](${posix.relative(posix.dirname(page), target.slice(place.length))})`;
    }),
  );
}

const tagged = (manifest: Manifest, kind: string) => `${repositoryAddress(manifest)}/${kind}/v${manifest.version}/`;

function outsideCode(text: string, change: (part: string) => string): string {
  const parts = text.split(new RegExp(CODE, 'gm'));
  return parts.map((part) => (part.startsWith('```') ? part : change(part))).join('');
}
