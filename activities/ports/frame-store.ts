/**
 * Where bytes are kept: pictures under their sha256, results under a path. Types only.
 *
 * Every call may throw `frame_store_unavailable` (the disk is full, gone or not ours); that is an outage, not the frame's fault.
 */

export interface FrameStore {
  /**
   * Resolves when the bytes would survive a power cut; bytes that are there already are not written again.
   * Throws `collector_full` where the store was opened with limits and they are reached.
   */
  put(bytes: Uint8Array): Promise<{ readonly sha256: string }>;
  /** The bytes, checked against their name. Throws `bytes_missing` or `checksum_mismatch`. */
  get(sha256: string): Promise<Buffer>;
  /** Whether the bytes are there to stay. False while a removal holds them aside, although `get` still finds them then. */
  has(sha256: string): Promise<boolean>;
  /** Replaces what stands at `path` (`/<user>-<device>/<time>.json`) in one step. A power cut may take what was written last: it is a copy of what the ledger has. */
  putResult(path: string, bytes: Uint8Array): Promise<void>;
  /** Throws `bytes_missing`. */
  getResult(path: string): Promise<Buffer>;
  /** Bytes of pictures. Approximate: what other processes wrote or removed is counted at the next look, half a minute later. */
  usedBytes(): Promise<number>;
  /** What the file system would still take from us. */
  freeBytes(): Promise<number>;
  /** Writes and removes a byte; throws unless that works. */
  probe(): Promise<void>;
}

/** What retention asks of the store. */
export interface FrameStoreUpkeep {
  /**
   * Removes pictures for good, except those that are needed. They are put aside first, where `get` still finds them, and only then is
   * `neededOf` asked, so that whoever refers to one of them is either seen by it, or finds the bytes missing from `has` and puts them
   * again. What is needed comes back; so does everything when `neededOf` throws, and at the next call what a crash left aside.
   * Bytes that were put within the last minutes stay unasked, because their row may not be committed yet.
   */
  remove(sha256s: readonly string[], neededOf: NeededOf): Promise<Removal>;
  /** The pictures whose sha256 begins with these two hex digits, in no order. */
  picturesIn(folder: string): Promise<StoredPicture[]>;
  /** Looks at the next `most` result files, where the last call ended, and removes those written before `before`. */
  removeResults(before: Date, most: number): Promise<Removal>;
  /** Marks the store as the one of this ledger. False when it is marked as another's, and then it stays so. */
  adopt(ledgerId: string): Promise<boolean>;
  /** Whether it is marked as the one of this ledger. */
  isOf(ledgerId: string): Promise<boolean>;
}

export interface StoredPicture {
  readonly sha256: string;
  /** When the bytes were last put. */
  readonly putAt: Date;
}

/** Which of these pictures must stay; asked anew by every removal. */
export type NeededOf = (aside: readonly StoredPicture[]) => Promise<ReadonlySet<string>>;

export interface Removal {
  readonly files: number;
  readonly bytes: number;
}
