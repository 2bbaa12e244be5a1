/** The demo from start to end: a plant of its own, footage played through it, a summary, pages to look at, and every process gone at the end. */
import { relative } from 'node:path';
import { createClient } from '../../client/client.ts';
import { loadSettings } from '../../config/load.ts';
import { Failure } from '../../contracts/failures.ts';
import { resolveAsset } from '../../scripts/provision/assets.mjs';
import { stopRequested } from '../../workers/lifecycle.ts';
import { startPlant } from '../../workers/plant.ts';
import type { Plant } from '../../workers/plant.ts';
import { startError } from '../command-error.ts';
import type { Context } from '../context.ts';
import { removeAddress, writeAddress } from '../home-address.ts';
import { facts } from '../table.ts';
import { duration } from '../wording.ts';
import { makeDemoHome } from './demo-home.ts';
import { playThrough } from './play-through.ts';
import { logFolder, openPlantLog, telltaleLog } from './plant-log.ts';
import { createProgressLine } from './progress-line.ts';
import type { ProgressLine } from './progress-line.ts';
import { demoScene } from './scene.ts';
import { styleFor } from './style.ts';
import type { Style } from './style.ts';
import { summaryLines } from './summary.ts';

/** What a shell says for a program that was ended by Ctrl-C. */
const INTERRUPTED = 130;

interface Stage {
  readonly context: Context;
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: ProgressLine;
  readonly style: Style;
  readonly signal: AbortSignal;
}

/** Resolves with the exit code: 0 when every frame is accounted for and somebody was alerted, and nothing is left running. */
export async function runDemo({ once }: { once: boolean }, context: Context): Promise<number> {
  const stop = new AbortController();
  const asked = stopRequested();
  // With --json the document has standard output to itself.
  const out = context.json() ? context.stderr : context.stdout;
  const progress = createProgressLine(out);
  const style = styleFor(out, context.env);
  void asked.then(() => {
    progress.end();
    progress.print('Stopping ...');
    stop.abort();
  });
  const home = makeDemoHome(context.settings().home, new Date());
  const stage: Stage = { context, home, env: demoEnvironment(context.env, home), progress, style, signal: stop.signal };

  let plant: Plant | undefined;
  try {
    progress.print(style.heading('Watchpost demo'));
    progress.print(`  home       ${shownPath(home)}, logs in ${shownPath(logFolder(home))}`);
    plant = await startDemoPlant(stage);
    const ok = await showThrough(plant, stage);
    progress.print('');
    if (once) {
      progress.print(`The pages end with this run; mails and logs stay in ${shownPath(home)}.`);
      return ok ? 0 : 1;
    }
    progress.print(`${style.good('Still serving.')} Ctrl-C stops everything.`);
    await asked;
    return ok ? 0 : 1;
  } catch (error) {
    progress.end();
    // Whatever broke because of the Ctrl-C is no news.
    if (stop.signal.aborted) return once ? INTERRUPTED : 0;
    tellLog(error, stage);
    throw error;
  } finally {
    await removeAddress(home);
    await plant?.stop();
    if (stop.signal.aborted) progress.print('All stopped.');
  }
}

/**
 * Servers of its own, whatever the environment names: a demo must not write into somebody's warehouse, share task queues with real workers, or send mail.
 * An incident is over after two quiet seconds and is always told, so that a short clip has several. No canary: nobody watches a demo that long.
 */
function demoEnvironment(env: NodeJS.ProcessEnv, home: string): NodeJS.ProcessEnv {
  const { DATABASE_URL: _d, TEMPORAL_ADDRESS: _a, TEMPORAL_NAMESPACE: _n, SMTP_URL: _s, WATCHPOST_PUBLIC_URL: _p, ...others } = env;
  return { ...others, WATCHPOST_HOME: home, WATCHPOST_INCIDENT_QUIET_SECONDS: '2', WATCHPOST_INCIDENT_COOLDOWN_SECONDS: '0', WATCHPOST_INCIDENT_REOPEN_SECONDS: '0', WATCHPOST_CANARY_SECONDS: '0' };
}

async function startDemoPlant({ env, home, progress, signal }: Stage): Promise<Plant> {
  const startedAtMs = Date.now();
  const tick = (): void => { if (!signal.aborted) progress.update(`  starting   PostgreSQL, Temporal, inbox, API, workers ... ${Math.floor((Date.now() - startedAtMs) / 1000)} s`); };
  tick();
  const ticking = setInterval(tick, 1_000);
  const plant = await startPlant({ settings: loadSettings(env), env, log: openPlantLog(home), logFiles: true })
    .catch((error: unknown) => { throw startError(error); })
    .finally(() => {
      clearInterval(ticking);
      progress.end();
    });
  if (!signal.aborted) progress.print(`  started    PostgreSQL, Temporal, inbox, API and workers in ${duration(Date.now() - startedAtMs)}`);
  return plant;
}

/** Returns whether all is as it should be. */
async function showThrough(plant: Plant, { context, home, env, progress, style, signal }: Stage): Promise<boolean> {
  signal.throwIfAborted();
  await writeAddress(home, plant.baseUrl);
  const ffmpeg = resolveAsset('ffmpeg', env);
  if (!ffmpeg) throw new Failure('asset_missing', 'there is no ffmpeg to take frames out of the footage with; run `npm run setup`');
  const scene = demoScene(env);
  const client = createClient({ baseUrl: plant.baseUrl, key: plant.adminKey });
  try {
    const summary = await playThrough({ client, baseUrl: plant.baseUrl, home, scene, ffmpeg: ffmpeg.path, signal, progress, style, shownPath });
    progress.print('');
    for (const line of summaryLines(summary, scene.users.flatMap(({ rules }) => rules), style)) progress.print(line);
    const pages = { inbox: `${plant.baseUrl}/inbox`, api: `${plant.baseUrl}/docs`, temporal: plant.temporalUiUrl ?? null };
    progress.print('');
    for (const line of [style.heading('To look at'), ...facts([
      ['inbox', pages.inbox], ['API', pages.api], ['Temporal', pages.temporal], ['more', `WATCHPOST_HOME=${shownPath(home)} npm run watchpost -- incidents list`],
    ], '  ')]) progress.print(line);
    if (context.json()) context.stdout.write(`${JSON.stringify({ ...summary, home, pages }, null, 2)}\n`);
    return summary.ok;
  } finally {
    await client.close();
  }
}

function tellLog(error: unknown, { home, progress, style }: Stage): void {
  const log = telltaleLog(home, error);
  if (log === undefined) return;
  progress.print('');
  progress.print(style.heading(`The end of ${shownPath(log.path)}`));
  for (const line of log.lines) progress.print(`  ${line}`);
  progress.print('');
}

/** Short where that still leads there. */
function shownPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
