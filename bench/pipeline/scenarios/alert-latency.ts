/** From the acceptance of a frame to the moment when the mail about it is handed over, at several shares of what the plant can do at most. */
import { elapsedMs } from '../../../contracts/time.ts';
import { acceptedBetween, databaseTime, handOverTimes, onTheWay } from '../measure/ledger.ts';
import { spreadOf } from '../measure/percentiles.ts';
import type { Spread } from '../measure/percentiles.ts';
import { saturate } from '../measure/saturate.ts';
import type { Lengths } from '../options.ts';
import type { Pictures } from '../pictures.ts';
import { pass, withPlant } from '../plant-under-load.ts';
import type { PlantUnderLoad } from '../plant-under-load.ts';
import { CAMERAS, putCameras, putDoors } from '../scene.ts';
import { AS_STARTED } from './saturated-pipeline.ts';

export interface AlertsAtLoad {
  /** Share of what the plant settles at most. */
  readonly load: number;
  readonly acceptedPerSecond: number;
  /** Frames that opened an incident. */
  readonly alerts: number;
  /** Of those whose mail was handed over before the wait for it ended. */
  readonly handOverMs: Spread;
}

export interface AlertLatency {
  /** The full load: alerts cost more than other frames, so it is measured with as many of them. */
  readonly saturatedFramesPerSecond: number;
  readonly atLoads: readonly AlertsAtLoad[];
}

/** The same at every load, so that loads differ in nothing else; some sixty while a load is held. */
const ALERTS_PER_SECOND = 1.5;
/** Of all frames: a slow plant has fewer alerts at a low load, rather than a load of nothing else. */
const MOST_ALERTS_SHARE = 0.75;
/** Arrivals are random: some doors more than the mean asks for, so that none is used twice. */
const SPARE_DOORS = 1.5;
/** The first frames of a load find the plant as the one before left it. */
const SETTLE_IN_SECONDS = 4;
/** At an overload mails come late or not at all; those that are not there after this are missing. */
const DRAIN_LIMIT_SECONDS = 60;
const LOOK_EVERY_SECONDS = 0.5;
/** Frames come at the same moments in every run. */
const SEED = 20_261_121;

export const alertLatency = ({ jpegs }: Pictures, lengths: Lengths): Promise<AlertLatency> =>
  withPlant({ jpegs, env: AS_STARTED.env, workers: AS_STARTED.workers }, async (underLoad) => {
    const doorsPerLoad = Math.ceil((SETTLE_IN_SECONDS + lengths.alertSeconds) * ALERTS_PER_SECOND * SPARE_DOORS);
    const doorsAtFullLoad = Math.ceil((lengths.warmUpSeconds + lengths.windowSeconds) * ALERTS_PER_SECOND * SPARE_DOORS);
    await putCameras(underLoad.plant);
    const doors = await putDoors(underLoad.plant, doorsAtFullLoad + doorsPerLoad * lengths.loads.length);

    const full = await fullLoad(underLoad, doors.splice(0, doorsAtFullLoad), lengths);
    const atLoads: AlertsAtLoad[] = [];
    for (const load of lengths.loads) atLoads.push(await atLoad(underLoad, load, full, doors.splice(0, doorsPerLoad), lengths.alertSeconds));
    return { saturatedFramesPerSecond: full, atLoads };
  });

async function fullLoad(underLoad: PlantUnderLoad, doors: readonly string[], lengths: Lengths): Promise<number> {
  const alerts = underLoad.load({ kind: 'pace', seed: SEED, seconds: Number.MAX_SAFE_INTEGER, streams: [{ devices: doors, perSecond: ALERTS_PER_SECOND }] });
  const { framesPerSecond } = await saturate(underLoad, lengths);
  await alerts.stop();
  await untilDrained(underLoad);
  return framesPerSecond;
}

async function atLoad(underLoad: PlantUnderLoad, load: number, fullPerSecond: number, doors: readonly string[], seconds: number): Promise<AlertsAtLoad> {
  const { pool } = underLoad.plant;
  const perSecond = load * fullPerSecond;
  const alertsPerSecond = Math.min(ALERTS_PER_SECOND, perSecond * MOST_ALERTS_SHARE);
  const generator = underLoad.load({
    kind: 'pace', seed: SEED, seconds: SETTLE_IN_SECONDS + seconds,
    streams: [{ devices: doors, perSecond: alertsPerSecond }, { devices: CAMERAS, perSecond: perSecond - alertsPerSecond }],
  });
  await pass(SETTLE_IN_SECONDS);
  const from = await databaseTime(pool);
  await generator.done;
  const to = await databaseTime(pool);
  await generator.stop();
  await untilDrained(underLoad);
  const accepted = await acceptedBetween(pool, [...doors, ...CAMERAS], from, to);
  const times = await handOverTimes(pool, doors, from, to);
  return {
    load, acceptedPerSecond: accepted / elapsedMs(from, to) * 1000, alerts: times.length,
    handOverMs: spreadOf(times.filter((ms) => ms !== null)),
  };
}

/** Until nothing is on its way and nobody waits for a mail. */
async function untilDrained({ plant: { pool } }: PlantUnderLoad): Promise<void> {
  for (let looks = 0; looks < DRAIN_LIMIT_SECONDS / LOOK_EVERY_SECONDS; looks += 1) {
    const { waiting, inFlight, undelivered } = await onTheWay(pool);
    if (waiting + inFlight + undelivered === 0) return;
    await pass(LOOK_EVERY_SECONDS);
  }
}
