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
  has(sha256: string): Promise<boolean>;
  /**
   * The caller makes sure that no ledger row needs the bytes. Bytes that were put within the last minutes stay, because
   * their row may not be committed yet. True when they are gone.
   */
  remove(sha256: string): Promise<boolean>;
  /** Replaces what stands at `path` (`/<user>-<device>/<time>.json`), durably and in one step. */
  putResult(path: string, bytes: Uint8Array): Promise<void>;
  /** Throws `bytes_missing`. */
  getResult(path: string): Promise<Buffer>;
  /** Bytes of pictures. Approximate: what other processes wrote is counted at the next full look, some minutes later. */
  usedBytes(): Promise<number>;
  /** What the file system would still take from us. */
  freeBytes(): Promise<number>;
  /** Writes and removes a byte; throws unless that works. */
  probe(): Promise<void>;
}
