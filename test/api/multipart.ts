/** Multipart bodies as senders make them, and as they should not. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ApiUnderTest } from './api-under-test.ts';
import { freshMoment, jpeg } from './api-under-test.ts';

export const BOUNDARY = 'x-boundary-x';

export interface TestPart {
  readonly headers: readonly string[];
  readonly content: Uint8Array | string;
}

export interface TestFrame {
  readonly deviceId?: string;
  readonly capturedAt?: string;
  readonly bytes?: Uint8Array;
  readonly type?: string;
  readonly headers?: readonly string[];
  /** More fields of the manifest's entry. */
  readonly entry?: object;
}

export const manifestPart = (manifest: unknown): TestPart => ({
  headers: ['Content-Disposition: form-data; name="manifest"', 'Content-Type: application/json'],
  content: typeof manifest === 'string' ? manifest : JSON.stringify(manifest),
});

export const picturePart = (bytes: Uint8Array, type = 'image/jpeg', headers: readonly string[] = []): TestPart => ({
  headers: ['Content-Disposition: form-data; name="picture"; filename="a.jpg"', `Content-Type: ${type}`, ...headers],
  content: bytes,
});

export function multipart(parts: readonly TestPart[], boundary = BOUNDARY): Buffer {
  return Buffer.concat([
    ...parts.flatMap(({ headers, content }) => [Buffer.from(`--${boundary}\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`), Buffer.from(content as Uint8Array), Buffer.from('\r\n')]),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}

/** Frames of the device `door`, each with a moment and bytes of its own, unless told otherwise. */
export function parcel(frames: readonly TestFrame[]): Buffer {
  const whole = frames.map((frame) => ({ deviceId: 'door', capturedAt: freshMoment(), type: 'image/jpeg', headers: [], entry: {}, ...frame }));
  return multipart([
    manifestPart({ frames: whole.map(({ deviceId, capturedAt, entry }) => ({ deviceId, capturedAt, ...entry })) }),
    ...whole.map(({ capturedAt, bytes = jpeg(capturedAt), type, headers }) => picturePart(bytes, type, headers)),
  ]);
}

/** As the network hands it over: in pieces that end anywhere. */
export const inPieces = (body: Buffer, cuts: readonly number[]): Readable =>
  Readable.from([...cuts, body.length].map((end, n) => body.subarray(cuts[n - 1] ?? 0, end)).filter((piece) => piece.length > 0));

export const send = (api: ApiUnderTest, payload: Uint8Array | Readable, { key, headers }: { key?: string; headers?: Record<string, string> } = {}) => api.call({
  method: 'POST', url: '/v1/frames', payload: payload instanceof Readable ? payload : Buffer.from(payload),
  headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, ...headers }, ...(key === undefined ? {} : { key }),
});

/** As a Content-Digest names them. */
export const digestOf = (bytes: Uint8Array): string => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;

/** What was answered of each frame, in order: its status, with the code where there is one. */
export const fatesOf = ({ json }: { json: any }) => json.items.map(({ status, problem }: any) => (problem ? `${status} ${problem.code}` : status));
