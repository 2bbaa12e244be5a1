import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createImageReader } from '../../adapters/images/image-reader.ts';
import { canaryPicture } from '../../adapters/images/canary-picture.ts';
import { lookForCanary, readCanary } from '../../adapters/postgres/canary-watch.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import { gatherRuleSets, readConditions } from '../../adapters/postgres/rule-sets.ts';
import { CANARY_ID } from '../../contracts/canary.ts';
import { limitsByClass } from '../../config/device-class-settings.ts';
import { loadSettings } from '../../config/load.ts';
import { createLog } from '../../workers/log.ts';
import { canaryTurns } from '../../workers/canary.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { claim } from '../support/plant-data.ts';

let db: TestDatabase;
beforeAll(async () => { db = await freshDatabase(); });
afterAll(() => db.drop());
beforeEach(async () => {
  await db.pool.query('TRUNCATE frames, open_frames, batches, batch_frames, frame_counts, workers CASCADE');
  await db.pool.query('UPDATE canary_watch SET sent_at = NULL, settled_at = NULL');
});

/** Where no API lives on this machine: straight into the store and the ledger. */
const sender = () => canaryTurns({
  pool: db.pool, settings: { canarySeconds: 60, publicUrl: undefined }, log: createLog('test', 'silent'),
  frameStore: async () => ({ put: async (bytes: Uint8Array) => ({ sha256: createHash('sha256').update(bytes).digest('hex') }) }) as never,
});
const sent = async (): Promise<number> => (await db.pool.query('SELECT count(*)::int AS n FROM frames')).rows[0].n;
const nextPeriod = () => db.pool.query("UPDATE canary_watch SET sent_at = sent_at - interval '60 seconds'");

describe('the canary', () => {
  it('is sent once a period, whatever number of processes there are and however often each looks', async () => {
    const turns = [sender(), sender(), sender()];
    for (let looks = 0; looks < 3; looks += 1) await Promise.all(turns.map((turn) => turn()));
    expect(await sent()).toBe(1);
    await nextPeriod();
    await Promise.all(turns.map((turn) => turn()));
    expect(await sent()).toBe(2);
  });

  it('is not sent on top of those that are still on their way', async () => {
    const turn = sender();
    for (let periods = 0; periods < 6; periods += 1) {
      await turn();
      await nextPeriod();
    }
    expect(await sent()).toBe(3);
  });

  it('has one account, whose rule judges its device and nobody else\'s, and no contact', async () => {
    await sender()();
    await sender()();
    const [rules] = await gatherRuleSets(db.pool, [{ userId: CANARY_ID, deviceId: CANARY_ID, timeZone: 'UTC' }]);
    expect(rules?.rules).toMatchObject([{ ruleId: CANARY_ID, version: 1 }]);
    expect(await readConditions(db.pool, rules!.rules)).toHaveLength(1);
    const { rows } = await db.pool.query("SELECT (SELECT count(*) FROM contacts) + (SELECT count(*) FROM changes) AS n, (SELECT count(*) FROM rule_versions) AS versions");
    expect(rows).toEqual([{ n: 0, versions: 1 }]);
  });

  it('has come through when its rule matched and it was settled, and not when it was settled otherwise', async () => {
    await sender()();
    await createSettlingLedger(db.pool).settle({ batchId: (await claim(db.pool)).batchId, exceptions: [] });
    expect((await lookForCanary(db.pool)).settledAt).toBeNull();
    await db.pool.query("UPDATE frames SET state = 'suppressed', reason = 'no_contact'");
    const { settledAt } = await lookForCanary(db.pool);
    expect(settledAt).not.toBeNull();
    expect((await readCanary(db.pool)).settledAt).toBe(settledAt);
  });
});

describe('the picture of the canary', () => {
  it('is one that validate takes, and another one each time', async () => {
    const reader = createImageReader(limitsByClass(loadSettings({})));
    const pictures = await Promise.all(Array.from({ length: 20 }, canaryPicture));
    for (const bytes of pictures) await reader.standardise(bytes, { deviceClass: 'camera', privacyAreas: [] });
    expect(new Set(pictures.map((bytes) => bytes.toString('base64'))).size).toBe(20);
    expect(Math.max(...pictures.map((bytes) => bytes.length))).toBeLessThan(60_000);
  });
});
