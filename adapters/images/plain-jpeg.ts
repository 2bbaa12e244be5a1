/**
 * A camera's JPEG as a standardised frame without encoding it anew: what describes the picture is left out, what is the picture stays byte for
 * byte. That costs no quality and a tenth of the work; and a frame that carried nothing to leave out is stored once instead of twice.
 * (Segments: ITU-R T.81, annex B; JFIF: ITU-T T.871.)
 */
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const SOF_BASELINE = 0xc0;
const DHT = 0xc4;
const DQT = 0xdb;
const DRI = 0xdd;
const APP0 = 0xe0;
const APP2 = 0xe2;
const APP14 = 0xee;
const APP15 = 0xef;
const COM = 0xfe;

/** Marker, length, name, version, density and an empty thumbnail: one that is longer holds a second picture. */
const JFIF_BYTES = 18;
/**
 * What ffmpeg writes into every JPEG, and so what most recorders and ingestion services send. It says nothing of scene, place or person, and to leave it out would store
 * each of their frames twice.
 */
const ENCODER_NAME = /^Lavc\d{1,3}\.\d{1,3}\.\d{1,3}\0?$/;

/**
 * `end`: offset just behind the end-of-image marker. Undefined unless the JPEG is baseline with three components of 8 bits in YCbCr and no colour profile: only then
 * do its pixels mean the same to every reader without the segments that are left out. Orientation is for the caller to look at.
 */
export function plainJpeg(bytes: Uint8Array, end: number): Buffer | undefined {
  const kept: Uint8Array[] = [];
  let frames = 0;
  let tables = 0;
  for (let at = 2; at < end;) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) return undefined;
    if (marker === EOI) return at + 2 === end && frames === 1 ? Buffer.concat([bytes.subarray(0, 2), ...kept, bytes.subarray(at, end)]) : undefined;
    const segment = bytes.subarray(at, at + 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)));
    if (segment.length < 4 || at + segment.length > end) return undefined;
    at += segment.length;
    if (marker === SOS) {
      // Pictures of some cameras rely on tables that every MJPEG decoder knows and that other readers do not.
      if (frames === 0 || tables === 0) return undefined;
      const next = endOfEntropyData(bytes, at);
      kept.push(segment, bytes.subarray(at, next));
      at = next;
    } else if (marker === SOF_BASELINE) {
      if (!isYCbCr(segment)) return undefined;
      frames += 1;
      kept.push(segment);
    } else if (marker === DHT || marker === DQT || marker === DRI) {
      if (marker === DHT) tables += 1;
      kept.push(segment);
    } else if (marker === APP0) {
      if (segment.length === JFIF_BYTES && startsWith(segment, 'JFIF\0')) kept.push(segment);
    } else if (marker === COM && ENCODER_NAME.test(textOf(segment))) {
      kept.push(segment);
    } else if (marker === APP14 || (marker === APP2 && startsWith(segment, 'ICC_PROFILE\0'))) {
      return undefined;
    } else if (!(marker > APP0 && marker <= APP15) && marker !== COM) {
      return undefined;
    }
  }
  return undefined;
}

/** Precision, height, width, number of components, then three bytes for each, the first its id. Without other word 1, 2, 3 are Y, Cb, Cr. */
function isYCbCr(frame: Uint8Array): boolean {
  return frame[4] === 8 && frame[9] === 3 && frame[10] === 1 && frame[13] === 2 && frame[16] === 3;
}

/** The next marker that is neither a stuffed byte nor a restart. */
function endOfEntropyData(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const marker = bytes[at + 1] ?? SOI;
    if (marker !== 0 && !(marker >= 0xd0 && marker < SOI)) return at;
  }
  return bytes.length;
}

const textOf = (segment: Uint8Array): string => Buffer.from(segment.buffer, segment.byteOffset + 4, segment.length - 4).toString('latin1');
const startsWith = (segment: Uint8Array, name: string): boolean => [...name].every((char, i) => segment[4 + i] === char.charCodeAt(0));
