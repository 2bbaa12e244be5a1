/**
 * Walks the markers of a JPEG stream (ITU-T T.81, annex B) without decoding it: how many scans it has, where it ends and how
 * coarsely it rounds.
 * Takes linear time whatever the bytes are.
 */
import { crc32 } from 'node:zlib';

export interface JpegStream {
  readonly scans: number;
  /** Offset just behind the end-of-image marker; undefined when there is none, so when the stream was cut short. */
  readonly end: number | undefined;
  /** Names its rounding tables. */
  readonly encoding: number;
  /** Brightness levels from one value that the mean of a block can have to the next. */
  readonly stepLevels: number;
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const DQT = 0xdb;
/** The mean of a block is kept eight times as large, before it is rounded. */
const MEAN_SCALE = 8;

/** Markers without a length: stuffed zero, TEM, RST0 to RST7, SOI. */
const standsAlone = (marker: number): boolean => marker <= 0x01 || (marker >= 0xd0 && marker <= SOI);

export function walkJpegStream(bytes: Uint8Array): JpegStream {
  let scans = 0;
  let encoding = 0;
  let stepLevels = 0;
  let at = 2;
  for (;;) {
    // Between scans this skips entropy-coded data; elsewhere junk, as decoders do.
    at = bytes.indexOf(0xff, at);
    if (at < 0) return { scans, end: undefined, encoding, stepLevels };
    const marker = bytes[at + 1];
    if (marker === undefined) return { scans, end: undefined, encoding, stepLevels };
    if (marker === EOI) return { scans, end: at + 2, encoding, stepLevels };
    if (marker === 0xff) {
      at += 1;
    } else if (standsAlone(marker)) {
      at += 2;
    } else {
      const lengthBytes = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
      const next = at + 2 + Math.max(2, lengthBytes);
      if (marker === SOS) scans += 1;
      if (marker === DQT) {
        const tables = bytes.subarray(at + 4, next);
        encoding = crc32(tables, encoding);
        stepLevels = meanStep(tables) ?? stepLevels;
      }
      at = next;
    }
  }
}

/** Of the first entry of table 0, which every encoder uses for brightness; undefined where that table is not among these. */
function meanStep(tables: Uint8Array): number | undefined {
  for (let at = 0; at < tables.length;) {
    const twoBytes = tables[at]! >> 4 !== 0;
    const first = twoBytes ? ((tables[at + 1] ?? 0) << 8) | (tables[at + 2] ?? 0) : tables[at + 1] ?? 0;
    if ((tables[at]! & 15) === 0) return first / MEAN_SCALE;
    at += 1 + 64 * (twoBytes ? 2 : 1);
  }
  return undefined;
}
