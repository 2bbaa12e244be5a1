/** Tells from its first bytes what a body is, before any decoder sees it. Names and media types given by the sender are not believed. */
import type { ImageFormat } from '../../activities/ports/image-reader.ts';

const startsWith = (bytes: Uint8Array, magic: readonly number[], at = 0): boolean => magic.every((byte, i) => bytes[at + i] === byte);
const ascii = (text: string): number[] => [...text].map((char) => char.charCodeAt(0));

export function sniffFormat(bytes: Uint8Array): ImageFormat | undefined {
  // Two bytes suffice: a JPEG that was cut short or is damaged right behind them shall be called that.
  if (startsWith(bytes, [0xff, 0xd8])) return 'jpeg';
  if (startsWith(bytes, [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a])) return 'png';
  if (startsWith(bytes, ascii('RIFF')) && startsWith(bytes, ascii('WEBP'), 8)) return 'webp';
  return undefined;
}

const FOREIGN: readonly (readonly [name: string, magic: readonly number[], at?: number])[] = [
  ['a GIF', ascii('GIF8')],
  ['a BMP', ascii('BM')],
  ['a TIFF', [0x49, 0x49, 0x2a, 0]],
  ['a TIFF', [0x4d, 0x4d, 0, 0x2a]],
  ['an HEIF or AVIF picture or an MP4 clip', ascii('ftyp'), 4],
  ['a PDF', ascii('%PDF')],
];

/** Says what unsupported bytes are, as far as that helps the person who set up the camera. */
export function describeForeign(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'no bytes at all';
  const known = FOREIGN.find(([, magic, at]) => startsWith(bytes, magic, at));
  if (known) return known[0];
  const head = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  if (/<svg[\s>]/i.test(head)) return 'an SVG';
  if (/<(!doctype html|html|head|body)[\s>]/i.test(head)) return 'a web page, perhaps a login page of the camera';
  const jpegAt = Buffer.from(bytes.subarray(0, 4096)).indexOf(Buffer.from([0xff, 0xd8, 0xff]));
  if (jpegAt > 0) return `a JPEG behind ${jpegAt} bytes of something else`;
  return 'of no kind that we know';
}
