import { posix } from 'node:path';
import type { Tree } from '@angular-devkit/schematics';
import type { Compiler } from './compiler';
import type { NestAddOptions } from './nest-add.options';

/** Where an application of the workspace has its sources, and the file without extension with which it starts. */
export interface Application {
  readonly sourceRoot: string;
  readonly entryFile: string;
}

interface Project {
  readonly root?: string;
  readonly sourceRoot?: string;
  readonly entryFile?: string;
}

interface Configuration extends Project {
  readonly projects?: Readonly<Record<string, Project>>;
}

/** In the order in which the CLI looks for them. */
const CONFIGURATION_FILES = ['nest-cli.json', '.nestcli.json', '.nest-cli.json', 'nest.json'];

/** @throws when nest-cli.json knows no such project */
export function findApplication(ts: Compiler, tree: Tree, options: NestAddOptions): Application {
  const configuration = readConfiguration(ts, tree);
  const project = findProject(configuration, options);
  const { sourceRoot, entryFile } = project ?? { sourceRoot: options.sourceRoot };
  return {
    sourceRoot: sourceRoot ?? (project?.root ? posix.join(project.root, 'src') : (configuration.sourceRoot ?? 'src')),
    entryFile: (entryFile ?? configuration.entryFile ?? 'main').replace(/\.[cm]?[jt]s$/, ''),
  };
}

function findProject({ projects = {} }: Configuration, options: NestAddOptions): Project | undefined {
  if (options.project === undefined) {
    return Object.values(projects).find(
      ({ sourceRoot }) => sourceRoot !== undefined && sourceRoot === options.sourceRoot,
    );
  }
  const project = projects[options.project];
  if (!project) throw new Error(`There is no project "${options.project}" in nest-cli.json.`);
  return project;
}

function readConfiguration(ts: Compiler, tree: Tree): Configuration {
  const path = CONFIGURATION_FILES.find((name) => tree.exists(name));
  if (path === undefined) return {};
  // Allows comments, as the CLI does.
  return (ts.parseConfigFileTextToJson(path, tree.readText(path)).config ?? {}) as Configuration;
}
