/** Runs commands in the process of the test, with streams in memory and an environment of their own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../cli/main.ts';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLine {
  readonly home: string;
  run(args: readonly string[], options?: { stdin?: string; env?: NodeJS.ProcessEnv }): Promise<Ran>;
  /** The document that --json answers with. */
  json<T = Record<string, unknown>>(args: readonly string[], options?: { stdin?: string; env?: NodeJS.ProcessEnv }): Promise<T>;
  remove(): Promise<void>;
}

/** The home is new and empty; nothing of the surrounding environment but PATH and HOME gets in. */
export async function commandLine(env: NodeJS.ProcessEnv = {}): Promise<CommandLine> {
  const home = await mkdtemp(join(tmpdir(), 'watchpost-cli-'));
  const run = async (args: readonly string[], options: { stdin?: string; env?: NodeJS.ProcessEnv } = {}): Promise<Ran> => {
    let stdout = '';
    let stderr = '';
    const exitCode = await main(args, {
      stdin: chunks(options.stdin ?? ''),
      stdout: { write: (text) => (stdout += text) },
      stderr: { write: (text) => (stderr += text) },
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], WATCHPOST_HOME: home, ...env, ...options.env },
    });
    return { exitCode, stdout, stderr };
  };
  return {
    home, run,
    json: async (args, options) => JSON.parse((await run([...args, '--json'], options)).stdout),
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

async function* chunks(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  // In two pieces, and possibly within a character, as a pipe may do.
  yield bytes.subarray(0, bytes.length >> 1);
  yield bytes.subarray(bytes.length >> 1);
}
