import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { identify, isAlive } from '../../scripts/provision/process-identity.mjs';
import type { ProcessIdentity } from '../../scripts/provision/process-identity.mjs';
import { startChild } from '../../workers/child-processes.ts';
import type { ChildOptions, ChildPlan, ManagedChild } from '../../workers/child-processes.ts';
import { createLog } from '../../workers/log.ts';

const CHILD = fileURLToPath(new URL('supervised-child.mjs', import.meta.url));

let dir: string;
let children: ManagedChild[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'watchpost-children-'));
  children = [];
});
afterEach(async () => {
  const stopped = Promise.all(children.map((child) => child.stop()));
  // What a failed test left deaf would be waited for.
  for (const { pid, serving } of children) if (serving && pid !== undefined) process.kill(pid, 'SIGKILL');
  await stopped;
  rmSync(dir, { recursive: true, force: true });
});

const diaryPath = () => join(dir, 'diary');
const diary = (): string[] => (existsSync(diaryPath()) ? readFileSync(diaryPath(), 'utf8').trim().split('\n') : []);

function start(what: 'serve' | 'crash' | 'deaf', plan: Partial<ChildPlan> = {}, options: Partial<ChildOptions> = {}): ManagedChild {
  const child = startChild(
    { name: 'child', args: [diaryPath(), what], executable: CHILD, ...plan },
    { env: { ...process.env, COLOUR: 'red' }, logPath: join(dir, 'log'), log: createLog('test', 'silent'), ...options },
  );
  children.push(child);
  return child;
}

function identityOf(pid: number | undefined): ProcessIdentity {
  const identity = pid === undefined ? undefined : identify(pid);
  if (!identity) throw new Error(`process ${pid} is not running`);
  return identity;
}

const until = (look: () => void): Promise<void> => vi.waitFor(look, { timeout: 30_000, interval: 20 });

describe('a supervised process', () => {
  it('says when it serves, and what', async () => {
    const child = start('serve');
    expect(child.serving).toBe(false);
    expect(await child.ready).toEqual({ ready: true, url: `http://here/${child.pid}` });
    expect(child.serving).toBe(true);
  });

  it('writes what it prints to its log file', async () => {
    await start('serve').ready;
    expect(readFileSync(join(dir, 'log'), 'utf8')).toBe('a line for the log\n');
  });

  it('is started again after a crash, and says again that it serves', async () => {
    const child = start('serve');
    await child.ready;
    const first = child.pid;
    process.kill(first!, 'SIGKILL');
    await until(() => expect(child.serving).toBe(false));
    await until(() => expect(child.serving).toBe(true));
    expect(child.pid).not.toBe(first);
    expect(diary()).toHaveLength(2);
  });

  it('is started again with what it said when it first served', async () => {
    const again: ChildPlan['again'] = ({ url }) => ({ args: [diaryPath(), 'serve', String(url)], env: { COLOUR: 'blue' } });
    const child = start('serve', { again });
    const { url } = await child.ready;
    for (let crash = 1; crash <= 2; crash += 1) {
      process.kill(child.pid!, 'SIGKILL');
      await until(() => expect(diary()).toHaveLength(1 + crash));
      await until(() => expect(child.serving).toBe(true));
    }
    expect(diary().map((line) => line.replace(/ \d+/, ''))).toEqual(['serve red', `serve ${url} blue`, `serve ${url} blue`]);
  });

  it('hears no Ctrl-C of the terminal, which is for the supervisor to act on', async () => {
    const child = start('serve');
    await child.ready;
    const sessionOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[3];
    expect(sessionOf(child.pid!)).not.toBe(sessionOf(process.pid));
  });
});

describe('a supervised process that does not come up', () => {
  it('is given up as not becoming ready after three ends', async () => {
    await expect(start('crash').ready).rejects.toThrow('child ended 3 times before it served (code 3)');
    expect(diary().length).toBeGreaterThanOrEqual(3);
  });

  it('does not take its supervisor down when it cannot even be started', async () => {
    await expect(start('serve', {}, { logPath: join(dir, 'no', 'such', 'folder') }).ready).rejects.toThrow(/child ended 3 times.*ENOENT/);
    expect(diary()).toEqual([]);
  });
});

describe('stopping', () => {
  it('lets the process end in its own way, and nothing comes back', async () => {
    const child = start('serve');
    await child.ready;
    const identity = identityOf(child.pid);
    await child.stop();
    expect(isAlive(identity)).toBe(false);
    expect(diary().at(-1)).toBe('heard SIGTERM');
    expect(diary()).toHaveLength(2);
    await child.stop();
  });

  it('kills what does not end when its time is up', async () => {
    const child = start('deaf');
    await child.ready;
    const identity = identityOf(child.pid);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const stopping = child.stop();
      vi.advanceTimersByTime(10_000);
      expect(isAlive(identity)).toBe(true);
      vi.advanceTimersByTime(600_000);
      await stopping;
    } finally {
      vi.useRealTimers();
    }
    expect(isAlive(identity)).toBe(false);
  });

  it('does not wait for the pause before a restart, and prevents it', async () => {
    const child = start('crash');
    await expect(child.ready).rejects.toThrow();
    const starts = diary().length;
    await child.stop();
    expect(diary()).toHaveLength(starts);
  });
});
