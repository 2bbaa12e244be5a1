/** The external command file of a Nagios on this machine: a pipe that its daemon reads. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { SendFailure } from '../send-failure.ts';
import type { ServiceState } from './service-state.ts';

/**
 * Never made by us: where no Nagios runs there is no pipe, and a file in its place would swallow alerts and keep Nagios from starting.
 * Never waited for: a pipe that nobody reads would hold an opener forever.
 */
const OPEN_FLAGS = constants.O_WRONLY | constants.O_NONBLOCK;

const REASONS: Readonly<Record<string, string>> = {
  ENXIO: 'no Nagios reads it: is the daemon running?',
  ENOENT: 'it is not there: Nagios makes it when it starts',
  EACCES: 'it may not be written: the user of Watchpost must be in the group of the pipe',
  ABORT_ERR: 'it stays full: Nagios hangs',
  EPIPE: 'Nagios stopped reading it',
};

/** The pipe has room for 16 long lines, so a storm fills it for as long as Nagios takes to turn to it. */
const FULL_WAIT_MS = 20;

/** Until `signal` aborts. Every failure may pass, or be put right by the operator, and the message then goes out. */
export async function writeCommand(path: string, { host, service, state, output }: ServiceState, signal: AbortSignal): Promise<void> {
  const line = Buffer.from(`[${Math.floor(Date.now() / 1_000)}] PROCESS_SERVICE_CHECK_RESULT;${host};${service};${state};${output}\n`);
  const pipe = await open(path, OPEN_FLAGS).catch((error: unknown) => { throw unavailable(path, error); });
  try {
    if (!(await pipe.stat()).isFIFO()) {
      throw new SendFailure('provider_unavailable', `the command file ${path} is no pipe but a file, which some program left there while no Nagios ran: stop Nagios, remove it, start Nagios`);
    }
    while (!await taken(pipe, line)) await sleep(FULL_WAIT_MS, undefined, { signal });
  } catch (error) {
    throw unavailable(path, error);
  } finally {
    await pipe.close();
  }
}

/** In one write and below PIPE_BUF: the kernel takes all of it or nothing, and mixes it with no other writer's. False while it is full. */
async function taken(pipe: FileHandle, line: Buffer): Promise<boolean> {
  try {
    await pipe.write(line);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
    throw error;
  }
}

function unavailable(path: string, error: unknown): SendFailure {
  if (error instanceof SendFailure) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new SendFailure('provider_unavailable', `the command file ${path}: ${REASONS[code] ?? message}`);
}
