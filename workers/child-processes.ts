/** The processes of a plant on one machine: started, told apart by name, started again when they end by themselves. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Ready } from './lifecycle.ts';
import type { Log } from './log.ts';
import { stepBack } from './niceness.ts';

const EXECUTABLE = fileURLToPath(new URL('../bin/watchpost.mjs', import.meta.url));
/** A crash is usually over at once; one that crashes again and again must not eat the machine. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** Workers drain for up to 75 s (run-stages.ts); what is left then hangs. */
const STOP_LIMIT_MS = 85_000;

export interface ChildPlan {
  readonly name: string;
  /** Arguments of the `watchpost` command. */
  readonly args: readonly string[];
  /** What Node runs in the child; the `watchpost` command if not given. */
  readonly executable?: string;
  /** Where what all children get does not say otherwise. */
  readonly env?: NodeJS.ProcessEnv;
  /** 0 to 19: how far it steps back when others want the cores. */
  readonly niceness?: number;
  /** What a restart gets instead, from what the process said when it first served. */
  readonly again?: (ready: Ready) => { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv };
}

export interface ChildOptions {
  readonly env: NodeJS.ProcessEnv;
  /** File that takes the log lines of the child; null leaves them on our standard error. */
  readonly logPath: string | null;
  readonly log: Log;
}

export interface ManagedChild {
  readonly name: string;
  readonly pid: number | undefined;
  /** The process that runs now has said that it serves. */
  readonly serving: boolean;
  /** What it said when it first served. Rejects when it ends three times before that: it will not come up by waiting. */
  readonly ready: Promise<Ready>;
  /** Orderly, then by force; resolves when nothing is left. */
  stop(): Promise<void>;
}

type End = { readonly code: number | null; readonly signal: NodeJS.Signals | null } | { readonly err: unknown };

export function startChild({ name, args, again, executable = EXECUTABLE, env: own = {}, niceness = 0 }: ChildPlan, { env, logPath, log }: ChildOptions): ManagedChild {
  const stopping = new AbortController();
  let current: ChildProcess | undefined;
  let serving = false;
  let becameReady: (ready: Ready) => void = () => {};
  let gaveUp: (error: Error) => void = () => {};
  const ready = new Promise<Ready>((resolve, reject) => { becameReady = resolve; gaveUp = reject; });
  // Whoever does not wait for it finds the same in the log.
  ready.catch(() => {});

  let first: Ready | undefined;

  /** Runs the process to its end; tells how it ended, or why it could not be started, as when no more files can be opened. */
  const runOnce = async (): Promise<End> => {
    const launch = first && again ? again(first) : { args, env: {} };
    try {
      const output = logPath === null ? 'inherit' : openSync(logPath, 'a');
      // A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which stops things in their order.
      current = spawn(process.execPath, [executable, ...launch.args], { env: { ...own, ...env, ...launch.env }, detached: true, stdio: ['ignore', output, output, 'ipc'] });
      if (output !== 'inherit') closeSync(output);
      if (niceness > 0 && current.pid !== undefined) stepBack(current.pid, niceness);
      current.on('message', (message: Ready) => { serving = true; first ??= message; becameReady(message); });
      const [code, signal] = (await once(current, 'exit')) as [number | null, NodeJS.Signals | null];
      return { code, signal };
    } catch (err) {
      return { err };
    } finally {
      serving = false;
    }
  };

  const run = async (): Promise<void> => {
    let pauseMs = FIRST_PAUSE_MS;
    for (let ends = 1; !stopping.signal.aborted; ends += 1) {
      const startedAt = performance.now();
      const end = await runOnce();
      if (stopping.signal.aborted) return;
      log.error({ child: name, ...end }, 'process ended by itself; starting it again');
      if (!first && ends === 3) gaveUp(new Error(`${name} ended ${ends} times before it served (${'err' in end ? end.err : end.signal ?? `code ${end.code}`}); see its log`));
      if (performance.now() - startedAt > LONGEST_PAUSE_MS) pauseMs = FIRST_PAUSE_MS;
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  };
  const running = run();

  return {
    name, ready,
    get pid() { return current?.pid; },
    get serving() { return serving; },
    async stop() {
      stopping.abort();
      current?.kill('SIGTERM');
      const force = setTimeout(() => {
        log.error({ child: name }, 'process did not stop; killing it');
        current?.kill('SIGKILL');
      }, STOP_LIMIT_MS);
      await running;
      clearTimeout(force);
    },
  };
}
