/** Refused frames as they lie in the invalid-frame repository, and their counts. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { REFUSAL_CODES } from '../../contracts/failures.ts';
import { Count, Id, Instant, Next, Text, Uuid, list, oneOf } from './primitives.ts';

const refused = { userId: Type.String({ description: 'Owner of the device when it was accepted.' }), deviceId: Type.String(), reason: Type.String({ description: 'Failure code.' }) };

export const InvalidFrameShape = Type.Object({
  frameId: Uuid(), ...refused,
  detail: Type.String({ description: 'What exactly was wrong.' }),
  capturedAt: Instant('The moment in the tag.'), refusedAt: Instant(), expiresAt: Instant('From then on it leaves the repository, and its bytes with it.'),
  statusUrl: Type.String({ description: 'All that is known of the frame.' }),
});
export const InvalidFramePage = Type.Object({ frames: list(InvalidFrameShape), next: Next });

export const InvalidFrameCounts = Type.Object({
  counts: list(Type.Object({ ...refused, frames: Count(), lastRefusedAt: Instant() }), { description: 'The device with the most refused frames first.' }),
});

export const InvalidFrameFilter = {
  deviceId: Type.Optional(Id('Only frames of this device.')),
  userId: Type.Optional(Id('Only frames of this user.')),
  reason: Type.Optional(oneOf(REFUSAL_CODES, 'Only frames that were refused for this.')),
  from: Type.Optional(Text('When it was refused, RFC 3339, inclusive.', 60)),
  to: Type.Optional(Text('When it was refused, RFC 3339, exclusive.', 60)),
};

export type InvalidFramePage = Static<typeof InvalidFramePage>;
export type InvalidFrameCounts = Static<typeof InvalidFrameCounts>;
