/** Frames with bytes on a real disk, taken through their lives by hand, and a clock that can be moved on. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDiskFrameStore } from '../../adapters/frame-store/disk.ts';
import type { DiskFrameStore } from '../../adapters/frame-store/disk.ts';
import { PICTURE_FOLDERS } from '../../adapters/frame-store/paths.ts';
import { createFrameResults } from '../../adapters/postgres/frame-results.ts';
import { createLedger } from '../../adapters/postgres/ledger.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import type { Pool } from '../../adapters/postgres/pool.ts';
import { createRetention, readLedgerId } from '../../adapters/postgres/retention.ts';
import type { ClaimedBatch } from '../../adapters/postgres/batches.ts';
import type { AcceptedFrame, FrameException } from '../../contracts/frame.ts';
import { plusMs } from '../../contracts/time.ts';
import { OrphanLook } from '../../workers/orphan-look.ts';
import { RetentionSweep } from '../../workers/retention.ts';
import type { RetentionSettings } from '../../workers/retention.ts';
import { createLog } from '../../workers/log.ts';
import type { Log } from '../../workers/log.ts';
import { freshDatabase } from './database.ts';
import type { TestDatabase } from './database.ts';
import { NOON, claim, newFrame, seedUser, staged } from './plant-data.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const SETTINGS: RetentionSettings = { rawPictureHours: 24, pictureDays: 30, resultDays: 90, frameStoreBytes: 1e12, frameStoreFreeBytes: 0 };

export interface FrameLives {
  readonly db: TestDatabase;
  readonly home: string;
  readonly store: DiskFrameStore;
  /** User ann with the devices `gate`, `yard` and `door`. Every frame has a moment of its own. */
  accept(bytes: Buffer, device?: string): Promise<AcceptedFrame>;
  /** Through validate, which makes this picture of the frame, or refuses it. */
  validate(batch: ClaimedBatch, picture: Buffer | 'refused'): Promise<void>;
  settle(batch: ClaimedBatch, exception?: Omit<FrameException, 'position'>): Promise<void>;
  /** All of it, for a frame that is alone on its way. */
  live(raw: Buffer, picture: Buffer | 'refused', exception?: Omit<FrameException, 'position'>): Promise<AcceptedFrame>;
  openIncident(frame: AcceptedFrame): Promise<string>;
  pass(ms: number): Promise<void>;
  sweeper(settings?: Partial<RetentionSettings>, log?: Log): Promise<RetentionSweep>;
  /** One turn. */
  sweep(settings?: Partial<RetentionSettings>, log?: Log): Promise<void>;
  lookForOrphans(): Promise<void>;
  has(bytes: Buffer): Promise<boolean>;
  stored(): Promise<string[]>;
  /** Back to an empty ledger and an empty store. */
  wipe(): Promise<void>;
  close(): Promise<void>;
}

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
export const some = (size = 100): Buffer => randomBytes(size);

export async function frameLives(): Promise<FrameLives> {
  const db = await freshDatabase();
  const { pool } = db;
  await seedUser(pool, 'ann', ['gate', 'yard', 'door']);
  const home = await mkdtemp(join(tmpdir(), 'frame-lives-'));
  const store = await openDiskFrameStore({ home });
  await store.adopt(await readLedgerId(pool));
  const results = createFrameResults(pool, { invalidFrameDays: 10 });
  const retention = createRetention(pool, store.remove);
  let moments = 0;

  const lives: FrameLives = {
    db, home, store,
    async accept(bytes, device = 'gate') {
      const { sha256 } = await store.put(bytes);
      moments += 1;
      const frame = newFrame({ userId: 'ann', deviceId: device, sha256, sizeBytes: bytes.length, givenCapturedAt: plusMs(NOON, moments * 1000) });
      const [accepted] = await createLedger(pool).acceptFrames([frame]);
      return accepted as AcceptedFrame;
    },
    async validate(batch, picture) {
      const sha256 = picture === 'refused' ? '' : (await store.put(picture)).sha256;
      const now = new Date();
      const size = { width: 8, height: 8, standardWidth: 8, standardHeight: 8 };
      await results.saveValidations(batch.batchId, (await staged(pool, batch)).map((frame) => ({
        frame, startedAt: now, finishedAt: now, detail: picture === 'refused' ? 'flat' : null,
        ...(picture === 'refused' ? { made: undefined, outcome: 'refused', code: 'image_void' } : { made: { sha256, ...size, warnings: [] }, outcome: 'done', code: null }),
      })), []);
    },
    async settle(batch, exception) {
      const exceptions = exception === undefined ? [] : batch.frames.map((_, position) => ({ ...exception, position, stage: 'detect' as const }));
      await createSettlingLedger(pool).settle({ batchId: batch.batchId, exceptions });
    },
    async live(raw, picture, exception) {
      const frame = await lives.accept(raw);
      const batch = await claim(pool);
      await lives.validate(batch, picture);
      await lives.settle(batch, picture === 'refused' ? { outcome: 'refused', code: 'image_void' } : exception);
      return frame;
    },
    async openIncident({ frameId, capturedAt }) {
      const { rows: [incident] } = await pool.query<{ id: string }>(`
        INSERT INTO incidents (incident_id, user_id, rule_id, rule_version, device_id, opened_at, last_match_at, first_frame_id)
        VALUES (gen_random_uuid(), 'ann', gen_random_uuid(), 1, 'gate', $2, $2, $1) RETURNING incident_id AS id`, [frameId, capturedAt]);
      await pool.query("INSERT INTO matches (frame_id, rule_id, captured_at, rule_version, incident_id) VALUES ($1, '1', $2, 1, $3)", [frameId, capturedAt, incident!.id]);
      return incident!.id;
    },
    pass: (ms) => passTime(pool, home, ms),
    sweeper: async (settings, log = createLog('test', 'silent')) =>
      new RetentionSweep({ retention, store, ledgerId: await readLedgerId(pool), settings: { ...SETTINGS, ...settings }, log }),
    sweep: async (settings, log) => (await lives.sweeper(settings, log)).turn(),
    async lookForOrphans() {
      const look = new OrphanLook({ retention, store });
      for (let folders = 0; folders < PICTURE_FOLDERS.length; folders += 1) await look.turn(Date.now() + 60_000);
    },
    has: (bytes) => store.has(hashOf(bytes)),
    async stored() {
      const names = await Promise.all(PICTURE_FOLDERS.map((folder) => readdir(join(home, 'frames', folder))));
      return names.flat().sort();
    },
    async wipe() {
      await pool.query('TRUNCATE frames, open_frames, batches, batch_frames, stage_results, frame_counts, kept_pictures, invalid_frames, incidents, matches CASCADE');
      for (const sha256 of await lives.stored()) await rm(join(home, 'frames', sha256.slice(0, 2), sha256));
    },
    async close() {
      await db.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
  return lives;
}

/** All that retention and its neighbours compare with the clock. */
const CLOCKS: Readonly<Record<string, readonly string[]>> = {
  frames: ['settled_at'], kept_pictures: ['settled_at'], invalid_frames: ['refused_at', 'expires_at'],
  batches: ['claimed_at', 'deadline_at', 'closed_at'], open_frames: ['opened_at', 'returned_at'],
};

/** As if this long had passed for everything in the ledger and on the disk. */
export async function passTime(pool: Pool, home: string, ms: number): Promise<void> {
  for (const [table, columns] of Object.entries(CLOCKS)) {
    await pool.query(`UPDATE ${table} SET ${columns.map((column) => `${column} = ${column} - $1 * interval '1 millisecond'`).join(', ')}`, [ms]);
  }
  for (const folder of [...PICTURE_FOLDERS.map((name) => join('frames', name)), 'results']) {
    for (const name of await readdir(join(home, folder), { recursive: true })) await setBack(join(home, folder, name), ms);
  }
}

async function setBack(path: string, ms: number): Promise<void> {
  // Of a plant at work files may go meanwhile.
  const mtimeMs = await stat(path).then((found) => found.mtimeMs, () => undefined);
  if (mtimeMs !== undefined) await utimes(path, (mtimeMs - ms) / 1000, (mtimeMs - ms) / 1000).catch(() => {});
}
