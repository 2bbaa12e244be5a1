/** Runs the npm that started us, or else the one on PATH. */
import { basename } from 'node:path';
import { runCommand } from './command.mjs';

/**
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 */
export function npm(args, { cwd, env }) {
  // Set by npm, but also by other package managers, which do not know these arguments.
  const script = process.env.npm_execpath;
  return script && basename(script) === 'npm-cli.js'
    ? runCommand(process.execPath, [script, ...args], { cwd, env })
    : runCommand('npm', args, { cwd, env });
}
