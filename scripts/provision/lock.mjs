/**
 * A lock between processes on one machine: a folder that holds a file about its owner. It is made aside and renamed into
 * place, so a lock without an owner is never seen.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { identify, isAlive } from './process-identity.mjs';

/** @typedef {{ id: string, host: string, pid: number, startedAt: string }} LockOwner */

// Long enough for the slowest step under a lock (a first `npm ci` on a slow line), short enough that a person learns of a hang.
const MAX_WAIT_MS = 30 * 60_000;
// People wait for it, and a look costs one small file read.
const LOOK_EVERY_MS = 100;
// An owner on another machine (a home on a network disk) cannot be asked; nothing under a lock takes this long.
const FOREIGN_OWNER_LIMIT_MS = 2 * 60 * 60_000;
// How long the grave of a broken lock must stand: longer than any process may pause between reading an owner and acting on it.
const GRAVE_KEPT_MS = 60 * 60_000;

/** @param {string} path @returns {LockOwner | undefined} */
export function lockOwner(path) {
  try {
    return JSON.parse(readFileSync(join(path, 'owner.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {string} path @param {LockOwner} owner */
function isAbandoned(path, owner) {
  if (owner.host === hostname()) return !isAlive(owner);
  try {
    return Date.now() - statSync(path).mtimeMs > FOREIGN_OWNER_LIMIT_MS;
  } catch {
    return false;
  }
}

/**
 * Moves an abandoned lock to a grave named after its owner. The grave is not empty, so of several processes that saw the same dead owner only one
 * can succeed, and none can bury the lock of the next owner by mistake.
 * @param {string} path @param {string} ownerId
 */
function bury(path, ownerId) {
  try {
    renameSync(path, `${path}.dead.${ownerId}`);
  } catch {
    // Another process was faster.
  }
}

/**
 * An owner that cannot be read was either released between two looks or damaged by a power cut; only the second is still there at a second look.
 * @param {string} path
 */
function buryUnreadable(path) {
  try {
    const { ino } = statSync(path);
    if (lockOwner(path) === undefined && statSync(path).ino === ino) bury(path, `unreadable-${ino}`);
  } catch {
    // Released.
  }
}

/** @param {string} path */
function clearOldGraves(path) {
  const dir = dirname(path);
  for (const name of readdirSync(dir)) {
    if (!name.startsWith(`${basename(path)}.dead.`)) continue;
    try {
      if (Date.now() - statSync(join(dir, name)).mtimeMs > GRAVE_KEPT_MS) rmSync(join(dir, name), { recursive: true, force: true });
    } catch {
      // Another process cleared it.
    }
  }
}

/**
 * Takes the lock if it is free or abandoned. Returns what releases it, or the living owner.
 * @param {string} path
 * @returns {{ release: () => void } | { heldBy: LockOwner }}
 */
export function tryLock(path) {
  const self = identify(process.pid);
  if (self === undefined) throw new Error('cannot read the start time of this process; is /proc mounted?');
  /** @type {LockOwner} */
  const owner = { id: randomUUID(), host: hostname(), ...self };
  mkdirSync(dirname(path), { recursive: true });
  const aside = `${path}.new.${owner.id}`;
  mkdirSync(aside);
  writeFileSync(join(aside, 'owner.json'), JSON.stringify(owner));
  try {
    for (;;) {
      try {
        renameSync(aside, path);
        clearOldGraves(path);
        return { release: () => release(path, owner) };
      } catch (error) {
        const code = /** @type {NodeJS.ErrnoException} */ (error).code;
        if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
      }
      const holder = lockOwner(path);
      if (holder === undefined) {
        buryUnreadable(path);
      } else if (isAbandoned(path, holder)) {
        bury(path, holder.id);
      } else {
        return { heldBy: holder };
      }
    }
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** @param {string} path @param {LockOwner} owner */
function release(path, owner) {
  if (lockOwner(path)?.id !== owner.id) return;
  // Renamed away first: a lock folder emptied in place would be, for a moment, a lock without an owner.
  const gone = `${path}.gone.${owner.id}`;
  renameSync(path, gone);
  rmSync(gone, { recursive: true, force: true });
}

/**
 * Runs the work while holding the lock; waits for its turn. `onWait` is called once, when there is somebody to wait for.
 * @template T
 * @param {string} path
 * @param {() => Promise<T> | T} work
 * @param {{ onWait?: (owner: LockOwner) => void, maxWaitMs?: number }} [options]
 * @returns {Promise<T>}
 */
export async function withLock(path, work, { onWait, maxWaitMs = MAX_WAIT_MS } = {}) {
  const deadline = Date.now() + maxWaitMs;
  let told = false;
  for (;;) {
    const attempt = tryLock(path);
    if ('release' in attempt) {
      try {
        return await work();
      } finally {
        attempt.release();
      }
    }
    if (Date.now() > deadline) {
      throw new Error(`gave up waiting for process ${attempt.heldBy.pid} on ${attempt.heldBy.host}, which holds ${path}`);
    }
    if (!told) onWait?.(attempt.heldBy);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
