/** What every command is given: its streams, its environment, its settings, and how it answers. */
import type { Settings } from '../config/settings.ts';

export interface OutputStream {
  write(text: string): unknown;
  /** True on a terminal: then one line may be written again and again. */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Context {
  readonly stdin: AsyncIterable<Buffer | string>;
  /** Only what was asked for: a program may be reading. */
  readonly stdout: OutputStream;
  /** Progress, warnings, errors. */
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
  /** Read when first asked for, so that help works whatever the environment holds. Throws `setting_invalid`. */
  settings(): Settings;
  /** True with --json: one JSON document on stdout and nothing else. */
  json(): boolean;
  /** 0 done, 1 failed, 2 asked for something that we do not do. */
  exitCode: number;
}

/** The answer of a command: the document for programs, or its lines for people. */
export function answer(context: Context, document: unknown, lines: () => readonly string[]): void {
  const text = context.json() ? JSON.stringify(document, null, 2) : lines().join('\n');
  if (text !== '') context.stdout.write(`${text}\n`);
}

/** Something that people should see while a command runs, never part of its answer. */
export function say(context: Context, line: string): void {
  context.stderr.write(`${line}\n`);
}
