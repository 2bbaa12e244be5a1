/** Several frames as one multipart body (RFC 7578). Made by hand and not by FormData, because its digest must be known before it is sent. */
import { createHash, randomUUID } from 'node:crypto';
import type { Manifest } from '../api/shapes/parcel.ts';
import type { FrameToPush } from './push-frame.ts';

export interface ParcelBody {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export function parcelBody(frames: readonly FrameToPush[]): ParcelBody {
  // 122 random bits: no picture holds it.
  const boundary = `watchpost-${randomUUID()}`;
  const manifest: Manifest = {
    frames: frames.map(({ deviceId, capturedAt, idempotencyKey }) => ({ deviceId, capturedAt, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) })),
  };
  const part = (head: string, content: Uint8Array | string): (Uint8Array | string)[] => [`--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`, content, '\r\n'];
  const pieces = [
    ...part('name="manifest"\r\nContent-Type: application/json', JSON.stringify(manifest)),
    ...frames.flatMap(({ bytes, mediaType }) => part(`name="picture"; filename="picture"\r\nContent-Type: ${mediaType}`, bytes)),
    `--${boundary}--\r\n`,
  ];
  const bytes = Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
  return {
    bytes,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-digest': `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:` },
  };
}
