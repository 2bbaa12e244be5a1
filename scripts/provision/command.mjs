/** Runs another program to its end, with its output in hand for the error message. */
import { spawn } from 'node:child_process';

// Enough to show what went wrong; a chatty installer must not fill the memory.
const KEPT_OUTPUT_CHARACTERS = 64 * 1024;

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<string>} what it wrote to stdout; rejects with the end of its stderr when it fails or is not installed
 */
export function runCommand(command, args, { cwd, env } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout = (stdout + text).slice(-KEPT_OUTPUT_CHARACTERS)));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr = (stderr + text).slice(-KEPT_OUTPUT_CHARACTERS)));
    child.on('error', (error) => {
      const missing = /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT';
      reject(missing ? new CommandMissing(command) : error);
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${command} ${args[0] ?? ''} ended with ${signal ?? code}: ${tellingLines(stderr) || tellingLines(stdout) || 'it said nothing'}`));
    });
  });
}

/** The program itself is not installed, as opposed to: it ran and failed. */
export class CommandMissing extends Error {
  /** @param {string} command */
  constructor(command) {
    super(`${command} is not installed`);
    this.command = command;
  }
}

/**
 * The lines that say what went wrong: installers and compilers mark them (`npm error`, `ERROR:`, `E:`, `gyp ERR! stack Error:`, `x.cc:1:2: error:`), the rest says it at the end.
 * @param {string} text
 */
function tellingLines(text) {
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean);
  const marked = lines.filter((line) => /^(npm error \S|error:|e:|gyp err! stack \w*error:|\S+: (fatal )?error:)/i.test(line));
  return (marked.length ? marked.slice(0, 6) : lines.slice(-4)).join(' | ');
}
