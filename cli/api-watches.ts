/** What an API process does beside answering: it says that it lives and where, hands over whose uploads it refused, and watches for the canary. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { claimTelling, endAlarm, lookForCanary, tellAgainIn } from '../adapters/postgres/canary-watch.ts';
import { holdDoorOpen } from '../adapters/postgres/open-door.ts';
import { listWorkers, readPlantFigures } from '../adapters/postgres/plant-status.ts';
import type { Pool } from '../adapters/postgres/pool.ts';
import { signOff } from '../adapters/postgres/workers.ts';
import { CanaryAlarm } from '../api/canary-alarm.ts';
import type { CanaryAlarmPorts } from '../api/canary-alarm.ts';
import type { PlantNow } from '../api/canary-words.ts';
import type { RefusalMemory } from '../api/refused-uploads.ts';
import type { Settings } from '../config/settings.ts';
import { Failure } from '../contracts/failures.ts';
import type { openChannels } from '../workers/channels.ts';
import type { Log } from '../workers/log.ts';
import { every } from '../workers/periodic.ts';

/** Six of them make a door that is shut (open-door.ts). */
const SIGN_OF_LIFE_MS = 5_000;
/** A device that is refused is taken for silent no sooner than a minute after; and each costs one row. */
const REFUSALS_MS = 5_000;
/** Late by a tenth of the time after which it alarms is early enough. */
const canaryMs = (canarySeconds: number): number => Math.min(10_000, Math.max(200, canarySeconds * 200));

type OpenChannels = () => ReturnType<typeof openChannels>;

export interface ApiWatches {
  stop(): Promise<void>;
}

export function startApiWatches({ settings, pool, log, url, refusals, channels }: {
  readonly settings: Settings; readonly pool: Pool; readonly log: Log; readonly url: string; readonly refusals: RefusalMemory; readonly channels: OpenChannels;
}): ApiWatches {
  const workerId = `${hostname()}:${process.pid}:${randomBytes(3).toString('hex')}`;
  const alarm = new CanaryAlarm({
    periodMs: settings.canarySeconds * 1000, mail: opsMail(settings, channels), log,
    look: () => lookForCanary(pool), plantNow: () => plantNow(pool),
    claimTelling: (row, alarmId) => claimTelling(pool, row, alarmId),
    tellAgainIn: (alarmId, remindMs, inMs) => tellAgainIn(pool, alarmId, remindMs, inMs),
    endAlarm: (alarmId) => endAlarm(pool, alarmId),
  });
  const loops = [
    every(SIGN_OF_LIFE_MS, 'sign of life', log, () => holdDoorOpen(pool, { workerId, url })),
    every(REFUSALS_MS, 'refused uploads', log, () => refusals.flush()),
    ...(settings.canarySeconds === 0 ? [] : [every(canaryMs(settings.canarySeconds), 'watch for the canary', log, () => alarm.turn())]),
  ];
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
      await refusals.flush().catch(() => {});
      await signOff(pool, workerId).catch(() => {});
    },
  };
}

function opsMail({ opsEmail, canarySeconds }: Settings, channels: OpenChannels): CanaryAlarmPorts['mail'] {
  if (opsEmail === '' || canarySeconds === 0) return null;
  return {
    to: opsEmail,
    async channel() {
      const { email } = await channels();
      if (email === undefined) throw new Failure('channel_not_configured', 'no channel for mail is set');
      return email;
    },
  };
}

async function plantNow(pool: Pool): Promise<PlantNow> {
  const [{ waitingFrames, openBatches }, workers] = await Promise.all([readPlantFigures(pool), listWorkers(pool)]);
  return { waitingFrames, openBatches, stages: workers.flatMap(({ stages }) => stages) };
}
