/**
 * Walks the markers of a JPEG stream (ITU-T T.81, annex B) without decoding it: how many scans it has and where it ends.
 * Takes linear time whatever the bytes are.
 */

export interface JpegStream {
  readonly scans: number;
  /** Offset just behind the end-of-image marker; undefined when there is none, so when the stream was cut short. */
  readonly end: number | undefined;
}

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;

/** Markers without a length: stuffed zero, TEM, RST0 to RST7, SOI. */
const standsAlone = (marker: number): boolean => marker <= 0x01 || (marker >= 0xd0 && marker <= SOI);

export function walkJpegStream(bytes: Uint8Array): JpegStream {
  let scans = 0;
  let at = 2;
  for (;;) {
    // Between scans this skips entropy-coded data; elsewhere junk, as decoders do.
    at = bytes.indexOf(0xff, at);
    if (at < 0) return { scans, end: undefined };
    const marker = bytes[at + 1];
    if (marker === undefined) return { scans, end: undefined };
    if (marker === EOI) return { scans, end: at + 2 };
    if (marker === 0xff) {
      at += 1;
    } else if (standsAlone(marker)) {
      at += 2;
    } else {
      if (marker === SOS) scans += 1;
      const lengthBytes = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
      at += 2 + Math.max(2, lengthBytes);
    }
  }
}
