/** From a running plant to a summary: an account, cameras, progress, alerts as they happen, until all is settled and told. */
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inboxFolder } from '../../adapters/embedded/inbox.ts';
import { openInboxStore } from '../../adapters/embedded/inbox-store.ts';
import type { AccountingReport, PlantStatus } from '../../api/shapes/plant.ts';
import type { Client } from '../../client/client.ts';
import { Refused, Unreachable } from '../../client/errors.ts';
import { TERMINAL_STATES } from '../../contracts/terminal-states.ts';
import { CommandError } from '../command-error.ts';
import { detectorsAtWork } from '../detectors-at-work.ts';
import { table } from '../table.ts';
import { detectorLines, duration } from '../wording.ts';
import { createAlertWatch } from './alert-watch.ts';
import type { Alert, AlertWatch, MailIndex } from './alert-watch.ts';
import { playCameras } from './cameras.ts';
import type { ProgressLine } from './progress-line.ts';
import { setUpAccount } from './scene.ts';
import type { Scene } from './scene.ts';
import type { Style } from './style.ts';
import { summarise } from './summary.ts';
import type { DemoSummary } from './summary.ts';

export interface PlayThroughOptions {
  readonly client: Client;
  readonly baseUrl: string;
  readonly home: string;
  readonly scene: Scene;
  readonly ffmpeg: string;
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
  readonly style: Style;
  /** How a path is written for the person at the terminal. */
  readonly shownPath: (path: string) => string;
}

/** Long enough for several visits in front of a camera, short enough to watch. */
const FOOTAGE_SECONDS = 30;
/** Six frames a second together: about half of what the ONNX detector and all stages manage on two cores, so that the alerts show the pipeline and not a queue. */
const CAMERA_FPS = 2;
/** A TensorFlow.js detector takes five times as long for a frame. */
const CAMERA_FPS_TFJS = 1;
const LOOK_EVERY_MS = 500;
/** Nothing settles and nothing is told for this long: the slowest frame needs some seconds, a worker that died is replaced within one. */
const STALLED_MS = 120_000;

export async function playThrough(options: PlayThroughOptions): Promise<DemoSummary> {
  const { client, scene, progress, style } = options;
  await setUpAccount(client, scene);
  const detectors = await detectorsAtWork(client);
  for (const line of introduction(scene, detectors, style)) progress.print(line);

  const fps = detectors.some(({ runtime }) => runtime.startsWith('tfjs')) ? CAMERA_FPS_TFJS : CAMERA_FPS;
  const framesPerCamera = fps * FOOTAGE_SECONDS;
  const expected = framesPerCamera * scene.cameras.length;
  progress.print('');
  progress.print(style.heading(`${expected} frames, ${fps} a second from each camera, as they would come in live`));

  const startedAtMs = Date.now();
  const cameras = { sent: 0, done: false, error: undefined as unknown };
  const played = playCameras(client, scene.cameras, {
    ffmpeg: options.ffmpeg, fps, framesPerCamera, signal: options.signal,
    onAccepted: () => { cameras.sent += 1; },
  }).catch((error: unknown) => { cameras.error = error; }).finally(() => { cameras.done = true; });

  const watch = createAlertWatch(client, new Map(scene.cameras.map(({ deviceId, name }) => [deviceId, name])), await mailIndex(options));
  try {
    const accounting = await follow(watch, options, (figures) => {
      if (cameras.error !== undefined) throw cameras.error;
      progress.update(progressText({ seconds: (Date.now() - startedAtMs) / 1000, sent: cameras.sent, expected, settled: settledOf(figures), alerts: watch.alerts.length }));
      return cameras.done && isFinished(figures);
    });
    return summarise({
      sent: cameras.sent, sentPerSecond: fps * scene.cameras.length, tookMs: Date.now() - startedAtMs, accounting, alerts: watch.alerts, detectors,
    });
  } finally {
    progress.end();
    // They end with the signal, or have ended; nobody may go on sending to a plant that stops.
    if (options.signal.aborted) await played;
  }
}

/** Looks again and again; alerts are printed, `finished` is shown the figures. Returns the figures that finished it. */
async function follow(watch: AlertWatch, { scene, signal, progress, style }: PlayThroughOptions, finished: (figures: AccountingReport) => boolean): Promise<AccountingReport> {
  const nameWidth = Math.max(...scene.cameras.map(({ name }) => name.length));
  let last = { done: -1, atMs: Date.now() };
  for (;;) {
    const seen = await patiently(() => watch.look());
    for (const alert of seen?.fresh ?? []) progress.print(alertLine(alert, nameWidth, style));
    if (seen && finished(seen.accounting)) return seen.accounting;
    const done = seen ? settledOf(seen.accounting) + seen.accounting.messages.delivered : last.done;
    if (done !== last.done) last = { done, atMs: Date.now() };
    if (Date.now() - last.atMs > STALLED_MS) {
      throw new CommandError('demo_failed', `nothing has moved for ${STALLED_MS / 1000} s: ${done} frames and messages done`, 'The log below says what the processes complain about.');
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** An API that is away for a moment is started again by its supervisor; the demo looks on. */
async function patiently<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Unreachable || (error instanceof Refused && error.status >= 500)) return undefined;
    throw error;
  }
}

const settledOf = ({ totals }: AccountingReport): number => TERMINAL_STATES.reduce((sum, state) => sum + totals[state], 0);

const isFinished = ({ totals, messages }: AccountingReport): boolean => totals.open === 0 && messages.waiting + messages.sending === 0;

async function mailIndex({ home, baseUrl, shownPath }: PlayThroughOptions): Promise<MailIndex> {
  const folder = inboxFolder(home);
  const inbox = await openInboxStore(folder);
  return {
    async find(incidentId) {
      const mail = (await inbox.list()).find((candidate) => candidate.incidentId === incidentId);
      return mail && { file: shownPath(join(folder, `${mail.id}.eml`)), page: `${baseUrl}/inbox/${mail.id}` };
    },
  };
}

function introduction({ users, cameras }: Scene, detectors: PlantStatus['detectors'], style: Style): string[] {
  const titled = (title: string, lines: readonly string[]): string[] => lines.map((line, index) => `  ${(index === 0 ? title : '').padEnd(9)}  ${line}`);
  return [
    ...titled('detector', detectorLines(detectors).map((line) => (line.startsWith('FALLBACK') ? style.bad(line) : line))),
    ...titled('users', table(users.flatMap(({ name, rules }) => rules.map((rule) => [name, `rule ${rule.ruleId}`, rule.name])))),
    ...titled('cameras', table(cameras.map(({ name, userId, timeZone, clip }) => [name, users.find((user) => user.userId === userId)?.name, timeZone, basename(clip)]))),
  ];
}

const BAR_CELLS = 20;
/** `person 84 % and 2 more` */
const SEEN_WIDTH = 23;

export function progressText({ seconds, sent, expected, settled, alerts }: { seconds: number; sent: number; expected: number; settled: number; alerts: number }): string {
  const full = Math.round(Math.min(1, expected === 0 ? 0 : settled / expected) * BAR_CELLS);
  return `  [${'='.repeat(full)}${' '.repeat(BAR_CELLS - full)}] ${Math.floor(seconds)} s  accepted ${sent} of ${expected}  settled ${settled}  alerts ${alerts}`;
}

function alertLine({ localTime, deviceName, seen, ruleId, address, handedOverAfterMs }: Alert, nameWidth: number, style: Style): string {
  return `  ${style.alert('ALERT')}  ${localTime.slice(11)}  ${deviceName.padEnd(nameWidth)}  ${seen.padEnd(SEEN_WIDTH)}  ${style.quiet(`rule ${ruleId}, told ${address} after ${duration(handedOverAfterMs)}`)}`;
}
