import { createRequire } from 'node:module';
import { join } from 'node:path';
import type typescript from 'typescript';

export type Compiler = typeof typescript;

/**
 * TypeScript as the application or its Nest CLI has it, so that those who never run a schematic need not install it.
 *
 * @returns `undefined` where there is none, or only one without the API for syntax trees
 */
export function findCompiler(folder: string): Compiler | undefined {
  const application = createRequire(join(folder, 'package.json'));
  const requires = [() => application, () => createRequire(application.resolve('@nestjs/cli/package.json'))];
  for (const from of [...requires, () => createRequire(__filename)]) {
    try {
      const compiler = from()('typescript') as Partial<Compiler>;
      if (compiler.createSourceFile && compiler.getDecorators) return compiler as Compiler;
    } catch {
      // Not installed there.
    }
  }
  return undefined;
}
