/** What the parts of a parcel say: each picture with its entry in the manifest. What is wrong with one frame is that frame's own affair. */
import { Compile } from 'typebox/compile';
import { Failure, failureIn } from '../contracts/failures.ts';
import { keyInParcel, readIdempotencyKey } from '../contracts/idempotency-key.ts';
import { MEDIA_TYPES } from './media-types.ts';
import { malformed as malformedMultipart } from './multipart-parts.ts';
import type { Part } from './multipart-parts.ts';
import { malformed as malformedFields } from './problems.ts';
import { ManifestEntry, MOST_FRAMES_IN_PARCEL } from './shapes/parcel.ts';

export interface ParcelFrame {
  readonly deviceId: string;
  readonly capturedAt: string;
  readonly bytes: Buffer;
  readonly mediaType: string;
  readonly contentDigests: readonly (string | undefined)[];
  readonly idempotencyKey: string | undefined;
}

/** A kilobyte for each frame and as much again. */
const MAX_MANIFEST_BYTES = 2 * 1024 * MOST_FRAMES_IN_PARCEL;
/** The bytes as they are. `base64` would be kept as text and refused as no picture, long after the sender forgot it. */
const PLAIN_ENCODINGS = ['binary', '8bit', '7bit'];
const entryCheck = Compile(ManifestEntry);

/** In the order of the manifest. Throws `multipart_malformed`: what belongs to what is not certain then, and nothing is accepted. */
export function readParcel(parts: readonly Part[], { maxBodyBytes, parcelKey }: { maxBodyBytes: number; parcelKey: string | undefined }): (ParcelFrame | Failure)[] {
  const manifests = parts.filter(({ name }) => name === 'manifest');
  const pictures = parts.filter(({ name }) => name === 'picture');
  const stranger = parts.find(({ name }) => name !== 'manifest' && name !== 'picture');
  if (stranger) throw malformedMultipart(`a part is named ${JSON.stringify(stranger.name.slice(0, 60))}; only manifest and picture are known`);
  if (manifests.length !== 1) throw malformedMultipart(`there are ${manifests.length} parts named manifest, and one is needed`);
  const entries = readManifest(manifests[0]!.bytes);
  if (entries.length !== pictures.length) throw malformedMultipart(`the manifest names ${entries.length} frames, and ${pictures.length} parts are named picture`);
  return pictures.map((picture, index) => frameOrFailure(() => readFrame(picture, entries[index], index)));

  function readFrame(picture: Part, entry: unknown, index: number): ParcelFrame {
    if (!entryCheck.Check(entry)) throw malformedFields([...entryCheck.Errors(entry)] as never, `manifest.frames.${index}`);
    const { deviceId, capturedAt, contentDigest, idempotencyKey } = entry;
    return {
      deviceId, capturedAt, ...plainPicture(picture, maxBodyBytes),
      contentDigests: [picture.header('content-digest'), contentDigest],
      idempotencyKey: idempotencyKey === undefined ? parcelKey && keyInParcel(parcelKey, index) : readIdempotencyKey(idempotencyKey),
    };
  }
}

function plainPicture({ mediaType, bytes, header }: Part, maxBodyBytes: number): Pick<ParcelFrame, 'bytes' | 'mediaType'> {
  if (mediaType === undefined || !MEDIA_TYPES.includes(mediaType)) throw new Failure('media_type_unsupported', `a part of type ${mediaType?.slice(0, 60) ?? 'unknown'}`);
  const encoding = header('content-transfer-encoding')?.trim().toLowerCase() ?? 'binary';
  if (!PLAIN_ENCODINGS.includes(encoding)) throw new Failure('media_type_unsupported', `a part in transfer encoding ${JSON.stringify(encoding.slice(0, 60))}`);
  if (bytes.length > maxBodyBytes) throw new Failure('body_too_large', `more than ${maxBodyBytes} bytes`);
  return { bytes, mediaType };
}

function readManifest(bytes: Buffer): readonly unknown[] {
  if (bytes.length > MAX_MANIFEST_BYTES) throw malformedMultipart(`the manifest is larger than ${MAX_MANIFEST_BYTES} bytes`);
  const frames = (parsed(bytes) as { frames?: unknown } | null)?.frames;
  if (!Array.isArray(frames)) throw malformedMultipart('the manifest is no JSON such as {"frames":[{"deviceId":"door","capturedAt":"2026-11-21T02:14:00Z"}]}');
  if (frames.length === 0 || frames.length > MOST_FRAMES_IN_PARCEL) throw malformedMultipart(`the manifest names ${frames.length} frames; 1 to ${MOST_FRAMES_IN_PARCEL} are taken`);
  return frames;
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return null;
  }
}

function frameOrFailure(read: () => ParcelFrame): ParcelFrame | Failure {
  try {
    return read();
  } catch (error) {
    const failure = failureIn(error);
    if (failure) return failure;
    throw error;
  }
}
