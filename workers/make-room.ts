/** Makes room in a frame store that is nearly full: the oldest settled pictures go before their age, received ones before standardised ones. */
import type { FrameStore, Removal } from '../activities/ports/frame-store.ts';
import type { LinePlace, Retention } from '../adapters/postgres/retention.ts';
import type { Settings } from '../config/settings.ts';

/** Room is made from here on: at the rate at which one detector judges, the rest takes many minutes to fill. */
const HIGH_WATER = 0.9;
/** And until here, so that it is made now and then and not with every frame. */
const LOW_WATER = 0.8;
/** Few at a time: what goes before its age should be no more than needed. */
const PORTION = 20;

export interface RoomPorts {
  readonly retention: Pick<Retention, 'release'>;
  readonly store: Pick<FrameStore, 'usedBytes' | 'freeBytes'>;
  readonly settings: Pick<Settings, 'frameStoreBytes' | 'frameStoreFreeBytes'>;
  /** The least time since a frame settled. */
  readonly settledForMs: number;
}

export interface RoomMade extends Removal {
  readonly roomBytes: number;
  readonly usedBytes: number;
  /** Nothing more may go. */
  readonly exhausted: boolean;
}

/** Null when there is room. */
export async function makeRoom({ retention, store, settings, settledForMs }: RoomPorts, untilMs: number): Promise<RoomMade | null> {
  const roomBytes = await roomOf(store, settings);
  if (await store.usedBytes() <= roomBytes * HIGH_WATER) return null;
  let [files, bytes] = [0, 0];
  const made = async (exhausted: boolean): Promise<RoomMade> => ({ files, bytes, roomBytes, usedBytes: await store.usedBytes(), exhausted });
  for (const standard of [false, true]) {
    let after: LinePlace | null = null;
    for (let rows = PORTION; rows === PORTION;) {
      if (Date.now() >= untilMs || await store.usedBytes() <= roomBytes * LOW_WATER) return made(false);
      const portion = await retention.release({ standard, settledForMs, cause: 'budget', most: PORTION, after });
      if (portion === undefined) return made(false);
      files += portion.files;
      bytes += portion.bytes;
      ({ rows, last: after } = portion);
    }
  }
  return made(true);
}

/** What the store could hold as things are: its budget, or less where others fill the disk. */
async function roomOf(store: RoomPorts['store'], { frameStoreBytes, frameStoreFreeBytes }: RoomPorts['settings']): Promise<number> {
  const [usedBytes, freeBytes] = [await store.usedBytes(), await store.freeBytes()];
  return Math.max(0, Math.min(frameStoreBytes, usedBytes + freeBytes - frameStoreFreeBytes));
}
