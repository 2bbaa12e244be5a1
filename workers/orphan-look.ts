/**
 * Finds bytes that no row refers to: put by a client that went away or before an outage of the database, left by a removal that crashed, or
 * by a replay that made another standardised picture. One folder of the store at a time, so that a look never takes long.
 */
import type { FrameStoreUpkeep, StoredPicture } from '../activities/ports/frame-store.ts';
import { PICTURE_FOLDERS } from '../adapters/frame-store/paths.ts';
import type { Retention } from '../adapters/postgres/retention.ts';

/** Acceptance writes its row within seconds of the bytes; an hour leaves room for any outage that it sits out, and for clocks that disagree. */
const ORPHAN_AGE_MS = 3_600_000;
/** Looked up in the ledger in one statement. */
const AT_ONCE = 500;

export interface OrphanLookPorts {
  readonly retention: Pick<Retention, 'removeOrphans'>;
  readonly store: Pick<FrameStoreUpkeep, 'picturesIn'>;
}

export class OrphanLook {
  readonly #ports: OrphanLookPorts;
  /** Anywhere: a process that is restarted often must not look at the first folders only. */
  #folder = Math.floor(Math.random() * PICTURE_FOLDERS.length);
  #found: StoredPicture[] = [];

  constructor(ports: OrphanLookPorts) {
    this.#ports = ports;
  }

  /** The next folder, or what is left of the last one. */
  async turn(untilMs: number): Promise<void> {
    const { retention, store } = this.#ports;
    if (this.#found.length === 0) {
      const old = Date.now() - ORPHAN_AGE_MS;
      this.#found = (await store.picturesIn(PICTURE_FOLDERS[this.#folder]!)).filter(({ putAt }) => putAt.getTime() < old);
      this.#folder = (this.#folder + 1) % PICTURE_FOLDERS.length;
    }
    while (this.#found.length > 0 && Date.now() < untilMs) {
      if (await retention.removeOrphans(this.#found.slice(0, AT_ONCE)) === undefined) return;
      this.#found = this.#found.slice(AT_ONCE);
    }
  }
}
