import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './child-process';

const root = join(__dirname, '../..');

/** The library as `npm pack` makes it, and a folder for what installs it. */
export class PackedLibrary {
  private constructor(
    readonly folder: string,
    readonly tarball: string,
  ) {}

  static async pack(): Promise<PackedLibrary> {
    const folder = mkdtempSync(join(tmpdir(), 'packed-'));
    const output = await run({ command: ['npm', 'pack', '--silent', '--pack-destination', folder], folder: root });
    return new PackedLibrary(folder, join(folder, output.trim().split('\n').at(-1)!));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
