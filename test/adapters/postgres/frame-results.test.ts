import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFrameResults } from '../../../adapters/postgres/frame-results.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { accept, claim, seedUser, staged } from '../../support/plant-data.ts';

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
  await seedUser(db.pool, 'ann', ['gate']);
});
afterEach(() => db.drop());

it.each(['saveValidations', 'saveDetections'] as const)('a frame that is refused is in the repository of invalid frames with its reason: %s', async (save) => {
  const { frameId } = await accept(db.pool, 'ann', 'gate');
  const batch = await claim(db.pool);
  const [frame] = await staged(db.pool, batch);
  const at = new Date();
  await createFrameResults(db.pool, { invalidFrameDays: 7 })[save](batch.batchId, [
    { frame: frame!, made: undefined, outcome: 'refused', code: 'image_corrupt', detail: 'cannot be decoded', startedAt: at, finishedAt: at },
  ], []);
  const { rows } = await db.pool.query("SELECT frame_id, reason, detail, expires_at > now() + interval '6 days' AS kept FROM invalid_frames");
  expect(rows).toEqual([{ frame_id: frameId, reason: 'image_corrupt', detail: 'cannot be decoded', kept: true }]);
});
