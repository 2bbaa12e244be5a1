import { afterAll, beforeAll, expect, it } from 'vitest';
import { boundFor } from '../../activities/bound-for.ts';
import type { StagedFrame } from '../../activities/ports/staged-frame.ts';
import { createFrameResults } from '../../adapters/postgres/frame-results.ts';
import { plusMs } from '../../contracts/time.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { NOON, accept, claim, seedUser, staged, storeDetections } from '../support/plant-data.ts';

let db: TestDatabase;
let frames: StagedFrame[];
beforeAll(async () => {
  db = await freshDatabase();
  await seedUser(db.pool, 'ann', ['gate']);
  for (let n = 0; n < 4; n += 1) await accept(db.pool, 'ann', 'gate', plusMs(NOON, n * 1000));
  const batch = await claim(db.pool, 4);
  frames = await staged(db.pool, batch);
  await storeDetections(db.pool, batch, frames[0]!, { person: 0.9, dog: 0.4 });
  await storeDetections(db.pool, batch, frames[1]!, {});
  await storeDetections(db.pool, batch, frames[3]!, { car: 0.3 });
});
afterAll(() => db.drop());

it('names for each stage the frames that show one of its labels, by what the ledger has of them', async () => {
  const stages = [{ name: 'face', onlyWith: ['person'] }, { name: 'moving', onlyWith: ['car', 'dog', 'person'] }, { name: 'plate', onlyWith: ['truck'] }];
  expect(await boundFor(frames, createFrameResults(db.pool, { invalidFrameDays: 1 }), stages)).toEqual({ boundFor: { face: [0], moving: [0, 3], plate: [] } });
});

it('says and reads nothing while no stage asks, so that histories stay as they are', async () => {
  expect(await boundFor(frames, { detections: () => Promise.reject(new Error('read for nothing')) }, [])).toEqual({});
});
