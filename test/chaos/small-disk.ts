/** A disk of its own for the frame store of a home, small enough to be filled: a file system in memory, mounted for the time of the run. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Holds some thousand small pictures with room to spare, and is filled in a moment. */
const SIZE_BYTES = 128 * 1024 * 1024;
/** One page: what is left over is too small for any picture. */
const CHUNK = Buffer.alloc(4096);

export interface SmallDisk {
  /** To the last block, as a full disk is: nobody can write a picture any more. */
  fill(): Promise<void>;
  makeRoom(): Promise<void>;
  /** Once nothing works on it any more. */
  unmount(): void;
}

/** Before anything is started in the home. A sentence that says why, where this user or this machine may not mount. */
export function mountSmallDisk(home: string): SmallDisk | string {
  const place = join(home, 'frame-store-disk');
  mkdirSync(place, { recursive: true });
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_BYTES},mode=700`, 'watchpost-chaos', place], { encoding: 'utf8' });
  if (status !== 0) return `no disk of its own can be mounted for the frame store (${error?.message ?? stderr.trim()})`;
  // However this process ends: a forgotten mount keeps its memory until the machine goes down.
  const unmount = (): void => void spawnSync('umount', ['--lazy', place]);
  process.once('exit', unmount);
  for (const folder of ['frames', 'results']) {
    mkdirSync(join(place, folder), { mode: 0o700 });
    symlinkSync(join(place, folder), join(home, folder));
  }
  const ballast = join(place, 'ballast');
  return {
    async fill() {
      const file = await open(ballast, 'a');
      try {
        for (;;) await file.write(CHUNK);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        await file.close();
      }
    },
    makeRoom: () => rm(ballast, { force: true }),
    unmount() {
      process.off('exit', unmount);
      unmount();
    },
  };
}
