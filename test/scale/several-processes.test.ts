/** Several processes of every stage, two dispatchers, two APIs: users take turns, the books close, and a rolling restart is felt by no frame. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../client/client.ts';
import { instantFromDate, plusMs } from '../../contracts/time.ts';
import { DEVICES, startChaosPlant } from '../chaos/chaos-plant.ts';
import type { ChaosPlant } from '../chaos/chaos-plant.ts';
import { violations } from '../chaos/ledger-watch.ts';
import { continueProcess, signal, stopProcess } from '../chaos/signals.ts';
import { disagreements } from '../support/books.ts';
import { until } from '../support/plant.ts';
import { scriptedPicture } from '../support/scripted-pictures.ts';
import { temporalForTest } from '../support/temporal.ts';
import { lostTries } from './lost-tries.ts';

/** Processes that restart at once. */
const RESTARTS_AT_ONCE = 4;
/** Cameras that send their next frame as soon as the last one is settled: so many frames are on their way at every moment. */
const SENDERS = 16;
/**
 * An embedded server on a disk that is flooded by others may itself lose a task on its way: one was seen in some runs beside other tests. Killed instead of told to
 * stop, processes lost two in a gentler form of this test.
 */
const LOST_BESIDE_RESTARTS = 1;
const STARTED_AT = instantFromDate(new Date(Date.now() - 3_600_000));

describe.skipIf(!await temporalForTest())('several processes of each kind', () => {
  let plant: ChaosPlant;
  let sent = 0;
  beforeAll(async () => { plant = await startChaosPlant('spread', { WATCHPOST_BATCH_DEADLINE_SECONDS: '300' }); }, 180_000);
  afterAll(() => plant?.stop(), 180_000);

  /** Every frame of its own moment, through either API. */
  async function push(deviceId: string): Promise<string> {
    sent += 1;
    const number = sent;
    const bytes = await scriptedPicture(number % 3 === 0 ? 'person' : 'nobody', number);
    const { frameId } = await plant.apis[number % 2]!.pushFrame({ deviceId, capturedAt: plusMs(STARTED_AT, number * 100), bytes, mediaType: 'image/jpeg' });
    return frameId;
  }
  const settled = () => until('all frames to be settled', async () => (await plant.pool.query('SELECT 1 FROM open_frames LIMIT 1')).rowCount === 0);
  const dispatchers = (): number[] => ['dispatch-1', 'dispatch-2'].map((name) => plant.plant.children.get(name)!.pid!);
  const devicesOf = (user: string): string[] => DEVICES.filter(({ userId }) => userId === user).map(({ deviceId }) => deviceId);

  it('let the few frames of one user not wait for the many of another', { timeout: 300_000 }, async () => {
    dispatchers().forEach(stopProcess);
    const many = devicesOf('user-0');
    for (let n = 0; n < 40; n += 1) await Promise.all(many.map(push));
    const few = devicesOf('user-1').slice(0, 2);
    for (let n = 0; n < 5; n += 1) await Promise.all(few.map(push));
    dispatchers().forEach(continueProcess);
    await settled();

    // Turns: the first lane of either, then the second of either. A batch that has room left takes the next lanes along.
    const { rows } = await plant.pool.query<{ users: string[] }>(`
      SELECT array_agg(DISTINCT frame.user_id) AS users FROM batches JOIN batch_frames USING (batch_id) JOIN frames frame USING (frame_id)
      GROUP BY batch_id, claimed_at ORDER BY claimed_at`);
    const lastOfFew = rows.findLastIndex(({ users }) => users.includes('user-1'));
    expect(rows.length).toBeGreaterThan(8);
    expect(lastOfFew).toBeLessThan(4);
  });

  it('restart one after the other under load, and no frame waits for a time limit', { timeout: 600_000 }, async () => {
    const { rows: [start] } = await plant.pool.query<{ now: Date }>('SELECT clock_timestamp()::text AS now');
    const since = new Date(start!.now);
    let restarting = true;
    const senders = Array.from({ length: SENDERS }, async (_, n) => {
      while (restarting) {
        const frameId = await push(DEVICES[n]!.deviceId);
        await until(`frame ${frameId} to be settled`, async () => (await plant.pool.query('SELECT 1 FROM open_frames WHERE frame_id = $1', [frameId])).rowCount === 0);
      }
    });
    const all = [...plant.plant.children];
    while (all.length > 0) {
      const leaving = all.splice(0, RESTARTS_AT_ONCE).map(([name, child]) => ({ name, child, before: child.pid! }));
      await until('frames in a pipeline', async () => (await plant.pool.query('SELECT 1 FROM open_frames WHERE batch_id IS NOT NULL LIMIT 1')).rowCount === 1);
      for (const { before } of leaving) signal(before, 'SIGTERM');
      for (const { name, child, before } of leaving) await until(`${name} to be back`, async () => child.serving && child.pid !== before);
    }
    restarting = false;
    await Promise.all(senders);
    await settled();

    const batches = (await plant.pool.query<{ batch_id: string; closed_because: string; alone: boolean }>('SELECT batch_id, closed_because, alone FROM batches WHERE claimed_at > $1', [since])).rows;
    expect(batches.filter(({ closed_because: because, alone }) => because !== 'settled' || alone)).toEqual([]);
    const incidents = (await plant.pool.query<{ id: string }>("SELECT 'incident-' || incident_id AS id FROM incidents")).rows.map(({ id }) => id);
    expect(incidents.length).toBeGreaterThan(0);
    const lost = await lostTries(plant.plant.temporalAddress, [...batches.map(({ batch_id: id }) => id), ...incidents], since);
    expect(lost.length, lost.join('\n')).toBeLessThanOrEqual(LOST_BESIDE_RESTARTS);
  });

  it('keep lanes, fence and books, whichever API is asked', async () => {
    expect(await violations(plant.pool)).toEqual([]);
    expect(await disagreements(plant.pool)).toEqual([]);
    const answers = await Promise.all(plant.apis.map((api: Client) => api.accounting()));
    for (const { totals } of answers) expect(totals).toMatchObject({ accepted: sent, open: 0, unaccounted: 0, failed: 0, rejected: 0 });
  });
});
