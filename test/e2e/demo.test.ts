/** The demo as a person runs it: real processes, real footage, and nothing left behind. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { databaseDirOf } from '../../adapters/embedded/postgres-place.ts';
import { removePostgresData } from '../../adapters/embedded/postgres.ts';
import type { DemoSummary } from '../../cli/demo/summary.ts';
import { assetForTest } from '../support/assets.ts';

const EXECUTABLE = fileURLToPath(new URL('../../bin/watchpost.mjs', import.meta.url));
const missing: string[] = [];
for (const name of ['temporal', 'ffmpeg', 'vtest.avi']) if (!(await assetForTest(name))) missing.push(name);
if (!(await assetForTest('yolox_nano_dynamic.onnx')) && !(await assetForTest('coco-ssd'))) missing.push('weights of any detector');

let home: string;
beforeEach(() => { home = mkdtempSync(join(tmpdir(), 'watchpost-e2e-demo-')); });
afterEach(() => {
  for (const name of demoHomes()) removePostgresData(join(home, name));
  rmSync(home, { recursive: true, force: true });
});

const demoHomes = (): string[] => readdirSync(home).filter((name) => name.startsWith('demo-'));

interface Demo {
  readonly child: ChildProcessWithoutNullStreams;
  /** Grows while it runs. */
  readonly said: { stdout: string; stderr: string };
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

function startDemo(...args: string[]): Demo {
  const { DATABASE_URL: _d, TEMPORAL_ADDRESS: _t, SMTP_URL: _s, ...inherited } = process.env;
  const child = spawn(process.execPath, [EXECUTABLE, 'demo', ...args], { env: { ...inherited, WATCHPOST_HOME: home, WATCHPOST_PORT: '0' } });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => { said.stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { said.stderr += text; });
  child.stdin.end();
  return { child, said, ended: once(child, 'close').then(([code, signal]) => ({ code: code as number | null, signal: signal as NodeJS.Signals | null })) };
}

/** Command lines of processes that work on the homes of this test, servers and keepers among them. */
function leftRunning(): string[] {
  const places = [home, ...demoHomes().map((name) => databaseDirOf(join(home, name)))];
  const read = (pid: string, name: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, 'utf8');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => places.some((place) => read(pid, 'cmdline').includes(place) || read(pid, 'environ').includes(`WATCHPOST_HOME=${place}`)))
    .map((pid) => read(pid, 'cmdline').replaceAll('\0', ' '));
}

// The footage takes half a minute by the clock; the rest is for machines that are slow to start four processes and two servers.
describe.skipIf(missing.length > 0 || process.platform !== 'linux')(`the demo${missing.length > 0 ? ` (skipped: ${missing.join(', ')} cannot be had)` : ''}`, { timeout: 300_000 }, () => {
  it('accounts for every frame, alerts, shows where, and leaves nothing running', async () => {
    const demo = startDemo('--once', '--json');
    expect(await demo.ended, demo.said.stderr).toEqual({ code: 0, signal: null });
    const summary = JSON.parse(demo.said.stdout) as DemoSummary & { home: string };
    expect(summary).toMatchObject({ ok: true, problems: [], frames: { unaccounted: 0, states: { failed: 0 } } });
    expect(summary.frames.accepted).toBe(summary.frames.sent);
    expect(Object.values(summary.frames.states).reduce((sum, count) => sum + count)).toBe(summary.frames.accepted);
    // One user is told of people, the other of the van that stands in the lane, and not that it has driven in; both see both.
    expect(new Set(summary.alerts.map(({ ruleId }) => ruleId))).toEqual(new Set(['person-anywhere', 'fire-lane']));
    for (const { ruleId, address, file, page } of summary.alerts) {
      expect(address).toBe(ruleId === 'person-anywhere' ? 'anna@example.org' : 'ben@example.org');
      expect(page).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/inbox\//);
      expect(readFileSync(file ?? '', 'utf8')).toContain(`To: ${address}`);
    }
    expect(demo.said.stderr).toMatch(/ {2}ALERT {2}\d\d:\d\d:\d\d \S+ {2}/);
    expect(leftRunning()).toEqual([]);
  });

  it.each([
    ['while it starts', 'Watchpost demo'],
    ['while frames flow', 'accepted '],
  ])('stops at a Ctrl-C %s and leaves nothing running', async (_when, sign) => {
    const demo = startDemo();
    await vi.waitFor(() => expect(demo.said.stdout).toContain(sign), { timeout: 120_000 });
    demo.child.kill('SIGINT');
    expect(await demo.ended, demo.said.stderr).toEqual({ code: 0, signal: null });
    expect(demo.said.stdout).toMatch(/Stopping \.\.\.\nAll stopped\.\n$/);
    expect(leftRunning()).toEqual([]);
    expect(existsSync(join(home, demoHomes()[0] ?? '', 'address'))).toBe(false);
  });

  it.runIf(process.platform === 'linux')('leaves nothing running when it is killed without a word', async () => {
    const demo = startDemo();
    await vi.waitFor(() => expect(demo.said.stdout).toContain('accepted '), { timeout: 120_000 });
    demo.child.kill('SIGKILL');
    await demo.ended;
    // Workers finish what they hold first, for up to 65 s and 75 s where it does not end (workers/run-stages.ts).
    await vi.waitFor(() => expect(leftRunning()).toEqual([]), { timeout: 120_000 });
  });
});
