/**
 * Retention: keeps the frame store within its budgets of age and bytes, so that there is always room for the next frame. What a frame on its
 * way, a failed one or an open incident needs is never taken.
 */
import type { StageLog } from '../activities/stage-run.ts';
import type { FrameStore, FrameStoreUpkeep } from '../activities/ports/frame-store.ts';
import { openDiskFrameStore } from '../adapters/frame-store/disk.ts';
import type { Pool } from '../adapters/postgres/pool.ts';
import { createRetention, readLedgerId } from '../adapters/postgres/retention.ts';
import type { LinePlace, Retention } from '../adapters/postgres/retention.ts';
import type { Settings } from '../config/settings.ts';
import { makeRoom } from './make-room.ts';
import { OrphanLook } from './orphan-look.ts';

export type RetentionSettings = Pick<Settings, 'rawPictureHours' | 'pictureDays' | 'resultDays' | 'frameStoreBytes' | 'frameStoreFreeBytes'>;

export interface RetentionPorts {
  readonly retention: Retention;
  readonly store: Pick<FrameStore, 'usedBytes' | 'freeBytes'> & FrameStoreUpkeep;
  readonly ledgerId: string;
  readonly settings: RetentionSettings;
  readonly log: StageLog;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The store keeps what was put within ten minutes, and a frame's bytes are put before it settles: sooner there is nothing to remove. */
const LEAST_AGE_MS = 11 * 60_000;
/** Enough to keep ahead of any rate of acceptance, few enough that a portion holds its transaction for a fraction of a second. */
const PORTION = 200;
/** A stop waits for the turn under way. What is left is done in the next. */
const TURN_MS = 5_000;
const RESULTS_A_TURN = 2_000;
/** That nothing may be removed is no news every ten seconds. */
const SAY_AGAIN_MS = 60_000;

/**
 * The store is opened with the first turn that finds it, because frames are claimed and incidents looked after without it.
 * Several dispatchers may take turns at once: the ledger lets one at a time do anything.
 */
export function retentionTurns(pool: Pool, settings: RetentionSettings & Pick<Settings, 'home'>, log: StageLog): () => Promise<void> {
  let sweep: RetentionSweep | undefined;
  return async () => {
    sweep ??= await openSweep();
    await sweep.turn();
  };

  async function openSweep(): Promise<RetentionSweep> {
    const store = await openDiskFrameStore({ home: settings.home });
    return new RetentionSweep({ store, retention: createRetention(pool, store.remove), ledgerId: await readLedgerId(pool), settings, log });
  }
}

export class RetentionSweep {
  readonly #ports: RetentionPorts;
  readonly #orphans: OrphanLook;
  /** At the start of a plant the API marks the store while we look already. */
  #quietUntilMs = Date.now() + SAY_AGAIN_MS;

  constructor(ports: RetentionPorts) {
    this.#ports = ports;
    this.#orphans = new OrphanLook(ports);
  }

  async turn(): Promise<void> {
    const { retention, store, ledgerId, settings } = this.#ports;
    const untilMs = Date.now() + TURN_MS;
    if (!await store.isOf(ledgerId)) return this.#sayNowAndThen('the frame store in this home is not marked as the one of this database: nothing is removed from it');
    if (!await this.#noteAll(untilMs)) return;

    await this.#work(untilMs, () => retention.releaseExpired(PORTION));
    await this.#releaseAged(false, settings.rawPictureHours * HOUR_MS, untilMs);
    await this.#releaseAged(true, settings.pictureDays * DAY_MS, untilMs);
    await this.#makeRoom(untilMs);
    await this.#orphans.turn(untilMs);
    await retention.countResults(await store.removeResults(new Date(Date.now() - settings.resultDays * DAY_MS), RESULTS_A_TURN));
  }

  /** False when there is more, or another process sweeps. */
  async #noteAll(untilMs: number): Promise<boolean> {
    for (;;) {
      const all = await this.#ports.retention.noteSettled();
      if (all !== false) return all ?? false;
      if (Date.now() > untilMs) return false;
    }
  }

  #releaseAged(standard: boolean, ageMs: number, untilMs: number): Promise<void> {
    const cause = standard ? 'standard_age' : 'raw_age';
    let after: LinePlace | null = null;
    return this.#work(untilMs, async () => {
      const portion = await this.#ports.retention.release({ standard, settledForMs: Math.max(ageMs, LEAST_AGE_MS), cause, most: PORTION, after });
      after = portion?.last ?? null;
      return portion;
    });
  }

  async #makeRoom(untilMs: number): Promise<void> {
    const made = await makeRoom({ ...this.#ports, settledForMs: LEAST_AGE_MS }, untilMs);
    if (made === null) return;
    const { exhausted, ...figures } = made;
    if (made.files > 0) this.#ports.log.warn(figures, 'FRAME STORE NEARLY FULL: the oldest pictures went before their age');
    else if (exhausted) this.#sayNowAndThen('FRAME STORE NEARLY FULL, and all that is left is needed: frames are refused once it is full', figures);
  }

  /** Portion by portion, until less is left than a whole one. */
  async #work(untilMs: number, next: () => Promise<{ rows: number } | undefined>): Promise<void> {
    while (Date.now() < untilMs) {
      const portion = await next();
      if (portion === undefined || portion.rows < PORTION) return;
    }
  }

  #sayNowAndThen(message: string, fields: object = {}): void {
    if (Date.now() < this.#quietUntilMs) return;
    this.#quietUntilMs = Date.now() + SAY_AGAIN_MS;
    this.#ports.log.error(fields, message);
  }
}
