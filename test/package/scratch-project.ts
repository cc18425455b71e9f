import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as ts from 'typescript';
import { run } from './child-process';

export interface ProjectOptions {
  /** Where its own folder is made. */
  readonly within: string;
  /** Name and version, or the path of a tarball. */
  readonly packages: readonly string[];
  /** @default CommonJS */
  readonly type?: 'module' | 'commonjs';
}

/** Somebody's project, with packages from the registry. */
export class ScratchProject {
  private constructor(readonly folder: string) {}

  static async install({ within, packages, type = 'commonjs' }: ProjectOptions): Promise<ScratchProject> {
    const project = new ScratchProject(mkdtempSync(join(within, 'project-')));
    project.write('package.json', JSON.stringify({ name: 'scratch', private: true, type }));
    await project.run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', ...packages);
    return project;
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Writes what TypeScript makes of a source with decorators. */
  writeCompiled(path: string, source: string, module: 'module' | 'commonjs'): void {
    const compilerOptions: ts.CompilerOptions = {
      target: ts.ScriptTarget.ES2022,
      module: module === 'module' ? ts.ModuleKind.ES2022 : ts.ModuleKind.CommonJS,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      esModuleInterop: true,
    };
    this.write(path, ts.transpileModule(source, { compilerOptions }).outputText);
  }

  /** @returns what it printed */
  run(program: string, ...args: string[]): Promise<string> {
    return run({ command: [program, ...args], folder: this.folder });
  }
}
