/** Opens incidents of accounts that had none, one each, by a frame in a batch of its own, as a quiet plant does; and waits until somebody was told of each. */
import { query } from '../../adapters/postgres/pool.ts';
import type { Pool } from '../../adapters/postgres/pool.ts';
import { startAlertStage } from '../../test/support/alert-stage.ts';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { pass } from '../pipeline/plant-under-load.ts';
import type { Account } from './accounts.ts';
import type { CpuSum } from './cpu-sum.ts';
import type { IncidentPlant } from './incident-plant.ts';
import { judge } from './judged-frames.ts';
import type { JudgedBatch } from './judged-frames.ts';
import { underWay, untilNone } from './messages.ts';
import { raiseAll } from './raise-all.ts';

export interface Opened {
  readonly perSecond: number;
  /** From the commit of each opening to the moment when the provider had taken the mail about it. */
  readonly notifyMs: readonly number[];
}

export interface Opening {
  /** As fast as people are told. */
  fast(count: number): Promise<Opened>;
  /** At these moments, in milliseconds from now. */
  at(moments: readonly number[]): Promise<Opened>;
  readonly left: () => number;
}

/** Messages on their way while incidents are opened as fast as they go: more than the workers have in hand at once. */
const ON_THE_WAY = 64;
const SEED = 20_261_121;

export function startOpening(under: IncidentPlant, accounts: readonly Account[], ruleId: string, meter: CpuSum): Opening {
  const { pool } = under;
  const stage = startAlertStage(pool, under.alert);
  let opened = 0;
  const open = async (count: number, raise: (batches: readonly JudgedBatch[]) => Promise<unknown>): Promise<Opened> => {
    const frames = accounts.slice(opened, opened += count).map(({ userId, devices: [deviceId = ''] }) => ({ userId, deviceId, rules: [ruleId], inMs: 0 }));
    const batches = await judge(pool, frames, under.picture, 1);
    const startedAt = performance.now();
    await meter.during(async () => {
      await raise(batches);
      await untilNone('messages under way', () => underWay(pool));
    });
    return { perSecond: count / (performance.now() - startedAt) * 1000, notifyMs: await timesToNotify(pool, frames.map(({ deviceId }) => deviceId)) };
  };
  return {
    left: () => accounts.length - opened,
    at: (moments) => open(moments.length, (batches) => raiseAll(stage, batches, (_, index) => moments[index]!)),
    fast: (count) => open(count, async (batches) => {
      for (let next = 0; next < batches.length;) {
        const room = ON_THE_WAY - await underWay(pool);
        if (room > 0) await raiseAll(stage, batches.slice(next, next += room), () => 0);
        else await pass(0.01);
      }
    }),
  };
}

/** As people come: independent of each other (a Poisson process), and the same in every run. */
export function randomMoments(count: number, perSecond: number): number[] {
  const random = seededRandom(SEED);
  let atMs = 0;
  return Array.from({ length: count }, () => (atMs += -Math.log(1 - random()) / perSecond * 1000));
}

/** Throws when one of them was not told. */
async function timesToNotify(pool: Pool, devices: readonly string[]): Promise<number[]> {
  const rows = await query<{ ms: number | null }>(pool, `
    SELECT (extract(epoch FROM delivery.delivered_at - delivery.created_at) * 1000)::float8 AS ms
    FROM incidents JOIN deliveries delivery USING (incident_id) WHERE device_id = ANY($1) AND telling = 'opened'`, [devices]);
  const times = rows.flatMap(({ ms }) => ms ?? []);
  if (times.length !== devices.length) throw new Error(`${devices.length} incidents were opened, and ${times.length} mails about them taken`);
  return times;
}
