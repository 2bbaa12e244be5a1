/** Runs pieces of JavaScript in processes of their own, for what only shows between processes. */
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export type Script = ChildProcessByStdio<null, Readable, null>;

/** Starts an ES module given as text; TypeScript may be imported when `tsx` is asked for. */
export function startScript(source: string, { env = process.env, cwd, tsx = false }: { env?: NodeJS.ProcessEnv; cwd?: string; tsx?: boolean } = {}): Script {
  const args = [...(tsx ? ['--import', 'tsx'] : []), '--input-type=module', '--eval', source];
  return spawn(process.execPath, args, { env, cwd, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The first line that the script prints, which stays running. */
export async function firstLine(script: Script): Promise<string> {
  const lines = createInterface({ input: script.stdout });
  const ended = once(script, 'close').then(() => {
    throw new Error('the script ended without a word');
  });
  const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  ended.catch(() => {});
  return line;
}

/** Kills the script with -9 and resolves when it is gone: until then it still holds its locks and counts as alive. */
export async function killScript(script: Script): Promise<void> {
  const gone = once(script, 'exit');
  script.kill('SIGKILL');
  await gone;
}

/** All that the script prints until it ends by itself. */
export async function outputOf(script: Script): Promise<string> {
  let output = '';
  script.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code, signal] = (await once(script, 'close')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`the script ended with ${signal ?? code} and printed: ${output}`);
  return output;
}
