import type { Rule, Tree } from '@angular-devkit/schematics';
import { findCompiler } from './compiler';
import { installTask } from './install-task';
import { byHand, NOTHING_TO_DO, WHAT_NEXT } from './messages';
import { addMetricsModule, type ModuleEdit } from './module-edit';
import type { NestAddOptions } from './nest-add.options';
import { addMissingPeers } from './peers';
import { findPresentModule } from './present-module';
import { findRootModule } from './root-module';
import { findApplication } from './workspace';

/** What `nest add nestjs-agent-metrics` does once the package is installed. */
export function nestAdd(options: NestAddOptions): Rule {
  return (tree, context) => {
    const edit = editRootModule(tree, options);
    const peers = addMissingPeers(tree);
    if (peers.length > 0 && !options.skipInstall) context.addTask(installTask);

    if (edit.kind === 'by-hand') context.logger.warn(byHand(edit.reason));
    if (edit.kind === 'present' && peers.length === 0) context.logger.info(NOTHING_TO_DO);
    else context.logger.info(WHAT_NEXT);
  };
}

function editRootModule(tree: Tree, options: NestAddOptions): ModuleEdit {
  const ts = findCompiler(process.cwd());
  if (!ts) return { kind: 'by-hand', reason: 'there is no TypeScript to read it with' };
  const application = findApplication(ts, tree, options);
  if (findPresentModule(ts, tree, application.sourceRoot) !== undefined) return { kind: 'present' };
  const root = findRootModule(ts, tree, application);
  if (!root) return { kind: 'by-hand', reason: `there is no root module in ${application.sourceRoot}` };
  const edit = addMetricsModule(ts, tree.readText(root.path), root.className);
  if (edit.kind === 'changed') tree.overwrite(root.path, edit.text);
  return edit.kind === 'by-hand' ? { ...edit, reason: `${root.path} was left alone, ${edit.reason}` } : edit;
}
