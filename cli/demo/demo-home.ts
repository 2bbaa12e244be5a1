/** The home of a demo run: new each time, so that it alerts every time; the newest few are kept to look at. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removePostgresData } from '../../adapters/embedded/postgres.ts';

/** Each holds a database and some hundred pictures, about 100 MB. */
const KEPT_HOMES = 3;
const DEMO_HOME = /^demo-\d{8}-\d{6}(-\d+)?$/;

/** Makes `<home>/demo-<time>` and removes those of older runs, with their databases. */
export function makeDemoHome(home: string, now: Date): string {
  mkdirSync(home, { recursive: true });
  removeOldHomes(home, KEPT_HOMES - 1);
  const name = `demo-${now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}`;
  // Two runs that begin in one second each get their own.
  for (let number = 1; ; number += 1) {
    const path = join(home, number === 1 ? name : `${name}-${number}`);
    try {
      mkdirSync(path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

function removeOldHomes(home: string, kept: number): void {
  const oldestFirst = readdirSync(home).filter((name) => DEMO_HOME.test(name)).sort();
  for (const name of oldestFirst.slice(0, Math.max(0, oldestFirst.length - kept))) {
    const path = join(home, name);
    try {
      removePostgresData(path);
    } catch {
      // Another demo still runs on it, or another user made it: it is not ours to remove.
      continue;
    }
    rmSync(path, { recursive: true, force: true });
  }
}
