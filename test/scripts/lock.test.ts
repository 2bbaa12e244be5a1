import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockOwner, tryLock, withLock } from '../../scripts/provision/lock.mjs';
import { identify } from '../../scripts/provision/process-identity.mjs';
import { firstLine, killScript, outputOf, startScript } from './processes.ts';

const lockModule = new URL('../../scripts/provision/lock.mjs', import.meta.url).href;
let dir: string;
let lock: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'watchpost-lock-'));
  lock = join(dir, 'lock');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const plantOwner = (owner: object | string): void => {
  mkdirSync(lock);
  writeFileSync(join(lock, 'owner.json'), typeof owner === 'string' ? owner : JSON.stringify(owner));
};

/** Takes the lock a few times and notes when it enters and leaves. */
const contender = `
  import { appendFileSync } from 'node:fs';
  import { setImmediate as turn } from 'node:timers/promises';
  import { withLock } from ${JSON.stringify(lockModule)};
  for (let round = 0; round < 5; round += 1) {
    await withLock(process.env.LOCK, async () => {
      appendFileSync(process.env.NOTES, 'enter ' + process.pid + '\\n');
      for (let turns = 0; turns < 20; turns += 1) await turn();
      appendFileSync(process.env.NOTES, 'leave ' + process.pid + '\\n');
    });
  }
`;

async function contend(contenders: number): Promise<string[]> {
  const notes = join(dir, 'notes');
  const env = { ...process.env, LOCK: lock, NOTES: notes };
  await Promise.all(Array.from({ length: contenders }, () => outputOf(startScript(contender, { env }))));
  return readFileSync(notes, 'utf8').trim().split('\n');
}

function expectNobodyMet(notes: string[]): void {
  for (let at = 0; at < notes.length; at += 2) {
    expect(notes[at]).toMatch(/^enter /);
    expect(notes[at + 1]).toBe(notes[at]?.replace('enter', 'leave'));
  }
}

test('of several processes that want the lock only one has it at a time, and all get it', async () => {
  const notes = await contend(3);
  expect(notes).toHaveLength(3 * 5 * 2);
  expectNobodyMet(notes);
});

test('a lock whose owner was killed is taken over, by one process at a time', async () => {
  const owner = startScript(`
    import { tryLock } from ${JSON.stringify(lockModule)};
    tryLock(${JSON.stringify(lock)});
    console.log('held');
    setInterval(() => {}, 1000);
  `);
  await firstLine(owner);
  expect(tryLock(lock)).toHaveProperty('heldBy.pid', owner.pid);
  await killScript(owner);
  expectNobodyMet(await contend(3));
});

test('an owner whose process number was given to another process since counts as gone', () => {
  plantOwner({ id: 'old', host: hostname(), pid: process.pid, startedAt: 'long ago' });
  expect(tryLock(lock)).toHaveProperty('release');
});

test('a lock held on another machine is respected, since nobody here can ask its owner', () => {
  plantOwner({ id: 'far', host: 'another-machine', pid: 1, startedAt: '1' });
  expect(tryLock(lock)).toHaveProperty('heldBy.host', 'another-machine');
});

test('a lock whose owner file a power cut has damaged is taken over', () => {
  plantOwner('{"id":');
  expect(tryLock(lock)).toHaveProperty('release');
});

test('a released lock is gone, and a release that comes twice does not take the lock of the next owner', () => {
  const first = tryLock(lock);
  if (!('release' in first)) throw new Error('the lock was free');
  first.release();
  expect(lockOwner(lock)).toBeUndefined();
  const second = tryLock(lock);
  first.release();
  expect(lockOwner(lock)).toMatchObject({ ...identify(process.pid) });
  expect(second).toHaveProperty('release');
});

test('the lock is released when the work fails', async () => {
  await expect(withLock(lock, () => Promise.reject(new Error('no luck')))).rejects.toThrow('no luck');
  expect(lockOwner(lock)).toBeUndefined();
});

test('who waits is told once for whom, and gives up at the limit naming the owner', async () => {
  const held = tryLock(lock);
  const told: number[] = [];
  const waiting = withLock(lock, () => 'never', { maxWaitMs: 250, onWait: ({ pid }) => told.push(pid) });
  await expect(waiting).rejects.toThrow(`process ${process.pid}`);
  expect(told).toEqual([process.pid]);
  expect(held).toHaveProperty('release');
});
