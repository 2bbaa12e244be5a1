/** Several frames in one request: what is sent, and what is answered of each. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { Receipt } from './frames.ts';
import { Problem } from './problem.ts';
import { Id, Text, list, strict } from './primitives.ts';

/** As many rows as one commit takes: a parcel of this size is one group. */
export const MOST_FRAMES_IN_PARCEL = 64;

export const ManifestEntry = Type.Object({
  deviceId: Id('The camera.'),
  capturedAt: Text('When the picture was taken, RFC 3339 with a zone.', 100),
  contentDigest: Type.Optional(Text('RFC 9530, of this picture: `sha-256=:<base64>:`. For senders that cannot give a part a Content-Digest of its own.', 500)),
  idempotencyKey: Type.Optional(Text('As the header Idempotency-Key, for this frame alone.', 200)),
}, strict);

export const Manifest = Type.Object({
  frames: list(ManifestEntry, { description: 'The n-th entry is of the n-th picture.', minItems: 1, maxItems: MOST_FRAMES_IN_PARCEL }),
}, { ...strict, description: 'A part named `manifest`, in JSON.' });

/** For the documentation: Fastify never sees a body of this form. */
export const ParcelForm = Type.Object({
  manifest: Manifest,
  picture: list(Type.Unsafe<Buffer>({ type: 'string', format: 'binary' }), {
    description: 'Parts named `picture`, each of type image/jpeg, image/png or image/webp, in the order of the manifest. Each may have a Content-Digest.',
    minItems: 1, maxItems: MOST_FRAMES_IN_PARCEL,
  }),
});

export const ParcelItem = Type.Object({
  index: Type.Integer({ description: 'Place in the manifest, from 0.', minimum: 0 }),
  status: Type.Integer({ description: 'What this frame alone would have been answered: 202 accepted, 200 accepted before, else see `problem`.' }),
  ...Type.Partial(Type.Omit(Receipt, ['status'])).properties,
  problem: Type.Optional(Problem),
  retryAfterSeconds: Type.Optional(Type.Integer({ description: 'Send this frame again after so long.', minimum: 0 })),
});
export const ParcelAnswer = Type.Object({ items: list(ParcelItem, { description: 'One per frame, in the order of the manifest.' }) });

export type Manifest = Static<typeof Manifest>;
export type ManifestEntry = Static<typeof ManifestEntry>;
export type ParcelItem = Static<typeof ParcelItem>;
export type ParcelAnswer = Static<typeof ParcelAnswer>;
