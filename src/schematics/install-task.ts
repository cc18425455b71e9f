import type { TaskConfigurationGenerator } from '@angular-devkit/schematics';
import type { NodePackageTaskOptions } from '@angular-devkit/schematics/tasks/package-manager/options';

/**
 * What `NodePackageInstallTask` generates. That class cannot be imported: the schematics library belongs to the Nest CLI,
 * and not every package manager lets us see it.
 */
export const installTask: TaskConfigurationGenerator<NodePackageTaskOptions> = {
  toConfiguration: () => ({
    name: 'node-package',
    options: { command: 'install', quiet: true, hideOutput: true, allowScripts: false },
  }),
};
