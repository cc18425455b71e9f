import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Runs a program of this folder in a process of its own, and returns what it writes. An ES module says so by its name. */
export async function runProgram<Report>(name: string, ...args: readonly string[]): Promise<Report> {
  const register = join(__dirname, 'register-typescript.js');
  const program = join(__dirname, name.endsWith('.mjs') ? name : `${name}.ts`);
  const { stdout } = await promisify(execFile)(process.execPath, ['--require', register, program, ...args]);
  return JSON.parse(stdout) as Report;
}
