import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLedger } from '../../../adapters/postgres/ledger.ts';
import { Failure } from '../../../contracts/failures.ts';
import type { AcceptedFrame, NewFrame } from '../../../contracts/frame.ts';
import { capturedMsOf } from '../../../contracts/frame.ts';
import { parseTag } from '../../../contracts/tag.ts';
import { parseInstant, plusMs } from '../../../contracts/time.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { NOON, newFrame, receipts, rowOf, seedUser, sha } from '../../support/plant-data.ts';

let db: TestDatabase;
let acceptFrames: (frames: readonly NewFrame[]) => Promise<AcceptedFrame[]>;
beforeAll(async () => {
  db = await freshDatabase();
  await seedUser(db.pool, 'ann', ['gate', 'yard']);
  const ledger = createLedger(db.pool);
  acceptFrames = async (frames) => receipts(await ledger.acceptFrames(frames));
});
afterAll(() => db.drop());

const at = (seconds: number) => plusMs(NOON, seconds * 1000);
const frame = (seconds: number, content: string, deviceId = 'gate') =>
  newFrame({ userId: 'ann', deviceId, givenCapturedAt: at(seconds), sha256: sha(content) });

describe('acceptance in the ledger', () => {
  it('keeps a frame and puts it on the work list, in one go', async () => {
    const [accepted] = await acceptFrames([frame(1, 'a')]);
    expect(accepted).toMatchObject({ duplicate: false, capturedAt: at(1) });
    expect(parseTag(accepted!.tag)).toEqual({ userId: 'ann', deviceId: 'gate', capturedAt: at(1), timeZone: 'Europe/Berlin' });
    expect(await rowOf(db.pool, 'SELECT count(*) AS rows FROM open_frames WHERE frame_id = $1', [accepted!.frameId])).toEqual({ rows: 1 });
  });

  it('gives an id that tells the capture time', async () => {
    const [accepted] = await acceptFrames([frame(2, 'a')]);
    expect(capturedMsOf(accepted!.frameId)).toBe(Date.parse(at(2)));
  });

  it('knows the same bytes of the same moment again', async () => {
    const [first] = await acceptFrames([frame(3, 'same')]);
    const [again] = await acceptFrames([frame(3, 'same')]);
    expect(again).toEqual({ ...first, duplicate: true });
  });

  it('moves other bytes of the same moment to the next free microsecond, and knows them again there', async () => {
    const [first] = await acceptFrames([frame(4, 'x')]);
    const [second] = await acceptFrames([frame(4, 'y')]);
    const [third] = await acceptFrames([frame(4, 'z')]);
    expect(second!.capturedAt).toBe(first!.capturedAt.replace('000000Z', '000001Z'));
    expect(third!.capturedAt).toBe(first!.capturedAt.replace('000000Z', '000002Z'));
    expect(await acceptFrames([frame(4, 'y')])).toEqual([{ ...second, duplicate: true }]);
    expect(await rowOf(db.pool, 'SELECT given_captured_at AS given FROM frames WHERE frame_id = $1', [third!.frameId])).toEqual({ given: at(4) });
  });

  it('does not take equal bytes of another moment or another device for the same frame', async () => {
    const accepted = await acceptFrames([frame(5, 'still'), frame(6, 'still'), frame(5, 'still', 'yard')]);
    expect(accepted.map(({ duplicate }) => duplicate)).toEqual([false, false, false]);
  });

  it('steps over a microsecond that a frame has as its own given time', async () => {
    const given = parseInstant('2026-03-01T13:00:00.000001Z');
    await acceptFrames([newFrame({ userId: 'ann', deviceId: 'yard', givenCapturedAt: given })]);
    const [, moved] = await acceptFrames(['p', 'q'].map((content) =>
      newFrame({ userId: 'ann', deviceId: 'yard', givenCapturedAt: parseInstant('2026-03-01T13:00:00Z'), sha256: sha(content) })));
    expect(moved!.capturedAt).toBe('2026-03-01T13:00:00.000002Z');
  });

  it('moves over midnight into the partition of the next day', async () => {
    const last = parseInstant('2026-03-02T23:59:59.999999Z');
    const accepted = await acceptFrames(['m', 'n'].map((content) => newFrame({ userId: 'ann', deviceId: 'gate', givenCapturedAt: last, sha256: sha(content) })));
    expect(accepted[1]!.capturedAt).toBe('2026-03-03T00:00:00.000000Z');
    const [again] = await acceptFrames([newFrame({ userId: 'ann', deviceId: 'gate', givenCapturedAt: last, sha256: sha('n') })]);
    expect(again).toEqual({ ...accepted[1], duplicate: true });
  });

  it('makes one frame of the same bytes sent forty times at once, and forty of forty different ones', async () => {
    const same = await Promise.all(Array.from({ length: 40 }, () => acceptFrames([frame(7, 'storm')])));
    expect(new Set(same.flat().map(({ frameId }) => frameId)).size).toBe(1);
    expect(same.flat().filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    const different = await Promise.all(Array.from({ length: 40 }, (_, n) => acceptFrames([frame(8, `storm ${n}`)])));
    expect(new Set(different.flat().map(({ tag }) => tag)).size).toBe(40);
  });

  it('takes many frames in one call and answers in their order', async () => {
    const frames = Array.from({ length: 50 }, (_, n) => frame(100 + n, `many ${n}`));
    const accepted = await acceptFrames(frames);
    expect(accepted.map(({ capturedAt }) => capturedAt)).toEqual(frames.map(({ givenCapturedAt }) => givenCapturedAt));
  });

  it('accepts the neighbours of a frame that the database refuses, and says which one it is', async () => {
    const refused = { ...frame(201, 'refused'), mediaType: 'image/\0jpeg' };
    const answers = await createLedger(db.pool).acceptFrames([frame(200, 'before'), refused, frame(202, 'after')]);
    expect(answers.map((answer) => (answer instanceof Failure ? answer.code : answer.duplicate))).toEqual([false, 'internal', false]);
  });

  it('rings for the dispatcher after the commit', async () => {
    const client = await db.pool.connect();
    const heard = new Promise<void>((done) => client.once('notification', () => done()));
    await client.query('LISTEN frames_waiting');
    await acceptFrames([frame(9, 'ring')]);
    await heard;
    client.release(true);
  });
});
