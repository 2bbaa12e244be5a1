import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databaseDirOf } from '../../../adapters/embedded/postgres-place.ts';
import { makeDemoHome } from '../../../cli/demo/demo-home.ts';
import { logFolder, openPlantLog, telltaleLog } from '../../../cli/demo/plant-log.ts';
import { tryLock } from '../../../scripts/provision/lock.mjs';

let home: string;
beforeEach(() => { home = mkdtempSync(join(tmpdir(), 'watchpost-demo-')); });
afterEach(() => {
  for (const name of readdirSync(home)) rmSync(databaseDirOf(join(home, name)), { recursive: true, force: true });
  rmSync(home, { recursive: true, force: true });
});

const at = (second: number): Date => new Date(Date.UTC(2026, 10, 21, 8, 31, second));

function withDatabase(path: string): string {
  const dir = databaseDirOf(path);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'password'), 'x');
  return dir;
}

describe('the home of a demo run', () => {
  it('is new each time, also twice in one second', () => {
    const made = [makeDemoHome(home, at(0)), makeDemoHome(home, at(0)), makeDemoHome(home, at(1))];
    expect(made).toEqual(['demo-20261121-083100', 'demo-20261121-083100-2', 'demo-20261121-083101'].map((name) => join(home, name)));
  });

  it('pushes out the oldest, with its database, when there are more than three', () => {
    const databases = [0, 1, 2].map((second) => withDatabase(makeDemoHome(home, at(second))));
    makeDemoHome(home, at(3));
    expect(readdirSync(home).sort()).toEqual(['demo-20261121-083101', 'demo-20261121-083102', 'demo-20261121-083103']);
    expect(databases.map(existsSync)).toEqual([false, true, true]);
  });

  it('leaves alone one that is in use, and everything that is no demo home', () => {
    mkdirSync(join(home, 'frames'));
    const running = makeDemoHome(home, at(0));
    const lock = tryLock(join(withDatabase(running), 'in-use'));
    for (const second of [1, 2, 3, 4]) makeDemoHome(home, at(second));
    expect(existsSync(running)).toBe(true);
    expect(existsSync(join(home, 'frames'))).toBe(true);
    expect(readdirSync(home)).not.toContain('demo-20261121-083101');
    if ('release' in lock) lock.release();
  });
});

describe('the log that says why', () => {
  const write = (name: string, ...lines: (object | string)[]): void =>
    writeFileSync(join(logFolder(home), name), lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify({ time: '2026-11-21T08:31:00.000Z', ...line })}\n`).join(''));

  it('is that of the process which the error names', () => {
    openPlantLog(home).error({ err: new Error('noise') }, 'something else');
    write('pictures.log', { level: 30, msg: 'starting' }, 'watchpost: detector_unavailable: no weights');
    expect(telltaleLog(home, new Error('pictures ended 3 times before it served'))).toEqual({
      path: join(home, 'log', 'pictures.log'), lines: ['watchpost: detector_unavailable: no weights'],
    });
  });

  it('is otherwise the one with the worst to say', () => {
    openPlantLog(home).info({}, 'all well');
    write('api.log', { level: 40, msg: 'slow' });
    write('flow.log', { level: 40, msg: 'slow' }, { level: 50, msg: 'stage try failed', err: { message: 'no database' } });
    expect(telltaleLog(home, new Error('nothing has moved'))).toMatchObject({ path: expect.stringContaining('flow.log'), lines: ['08:31:00 WARN slow', '08:31:00 ERROR stage try failed: no database'] });
  });

  it('is none before anything was started', () => {
    expect(telltaleLog(home, new Error('x'))).toBeUndefined();
  });

  it('keeps the stack of what the plant logs', () => {
    openPlantLog(home).warn({ child: 'api', err: new TypeError('bad') }, 'process ended by itself');
    expect(telltaleLog(home, new Error('x'))?.lines).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d WARN process ended by itself: bad$/)]);
  });
});
