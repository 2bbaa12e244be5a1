/** Validate as a worker runs it, on a real database, a real store and the thread that decodes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createValidateActivities } from '../../activities/validate.ts';
import type { ValidatePorts } from '../../activities/validate.ts';
import { openDiskFrameStore } from '../../adapters/frame-store/disk.ts';
import type { DiskFrameStore } from '../../adapters/frame-store/disk.ts';
import { openPictureReader } from '../../adapters/images/picture-reader.ts';
import type { ClaimedBatch } from '../../adapters/postgres/batches.ts';
import { createFrameResults } from '../../adapters/postgres/frame-results.ts';
import { createLedger } from '../../adapters/postgres/ledger.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import { limitsByClass } from '../../config/device-class-settings.ts';
import { loadSettings } from '../../config/load.ts';
import type { ValidateResult } from '../../contracts/pipeline.ts';
import type { Instant } from '../../contracts/time.ts';
import { createLog } from '../../workers/log.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { claim, newFrame, receipts } from '../support/plant-data.ts';

export interface ValidateUnderTest {
  readonly db: TestDatabase;
  readonly store: DiskFrameStore;
  readonly ports: ValidatePorts;
  /** As a camera service hands it over; the id. */
  accept(userId: string, deviceId: string, capturedAt: Instant, bytes: Uint8Array): Promise<string>;
  /** Claims what waits. */
  claimed(): Promise<ClaimedBatch>;
  validate(batch: ClaimedBatch, ports?: Partial<ValidatePorts>): Promise<ValidateResult>;
  /** The frames that went well end in `no_match`, the others as validate said. */
  settle(batch: ClaimedBatch, result: ValidateResult): Promise<void>;
  close(): Promise<void>;
}

export async function validateUnderTest(): Promise<ValidateUnderTest> {
  const db = await freshDatabase();
  const home = await mkdtemp(join(tmpdir(), 'validate-'));
  const store = await openDiskFrameStore({ home });
  const settings = loadSettings({});
  const limits = limitsByClass(settings);
  const images = await openPictureReader({ keeps: true, limits });
  const ports: ValidatePorts = { ledger: createFrameResults(db.pool, settings), store, images, log: createLog('test', 'silent'), concurrency: 4, limits };
  return {
    db, store, ports,
    async accept(userId, deviceId, capturedAt, bytes) {
      const { sha256 } = await store.put(bytes);
      const [accepted] = receipts(await createLedger(db.pool).acceptFrames([newFrame({ userId, deviceId, givenCapturedAt: capturedAt, sha256, sizeBytes: bytes.length })]));
      return accepted!.frameId;
    },
    claimed: () => claim(db.pool, 32),
    validate({ batchId, frames }, overrides = {}) {
      const { validateFrames } = createValidateActivities({ ...ports, ...overrides });
      const environment = new MockActivityEnvironment({ attempt: 1 }, { logger: new DefaultLogger('ERROR') });
      return environment.run(validateFrames, { batchId, positions: frames.map((_, position) => position) });
    },
    async settle({ batchId }, { exceptions }) {
      await createSettlingLedger(db.pool).settle({ batchId, exceptions: exceptions.map((exception) => ({ ...exception, stage: 'validate' })) });
    },
    async close() {
      await images.close();
      await db.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
