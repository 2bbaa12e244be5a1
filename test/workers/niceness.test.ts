import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { afterEach, expect, it, vi } from 'vitest';
import { stepBack } from '../../workers/niceness.ts';

const started: ReturnType<typeof spawn>[] = [];
afterEach(() => { for (const child of started.splice(0)) child.kill('SIGKILL'); });

it('a process that steps back does so with all its threads, among its own and among the groups of others', async () => {
  // As a plant starts them: in a session, and so in a group, of their own.
  const child = spawn(process.execPath, ['-e', 'process.stdout.write("up"); setInterval(() => {}, 1000)'], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  stepBack(child.pid!, 10);
  await once(child.stdout!, 'data');
  expect(getPriority(child.pid)).toBe(10);
  for (const thread of await readdir(`/proc/${child.pid}/task`).catch(() => [])) expect(getPriority(Number(thread))).toBe(10);
  const group = () => readFile(`/proc/${child.pid}/autogroup`, 'utf8').catch(() => undefined);
  if (await group() === undefined) return;
  await vi.waitFor(async () => {
    // The system lets ordinary users change one group in a tenth of a second, whosever it is.
    stepBack(child.pid!, 10);
    expect(await group()).toMatch(/nice 10$/m);
  });
});

it('a process that has ended already is no error', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  expect(() => stepBack(child.pid!, 10)).not.toThrow();
});
