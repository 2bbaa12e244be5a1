/** Users, devices, contacts and keys. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { KEY_ROLES } from '../../adapters/postgres/api-keys.ts';
import { CHANNELS } from '../../contracts/delivery.ts';
import { DEVICE_CLASSES } from '../../contracts/device.ts';
import { Id, Instant, Next, Polygon, Text, Uuid, list, nullable, oneOf, strict } from './primitives.ts';

const stamps = { createdAt: Instant('When it was first put.'), updatedAt: Instant('When it was last put.') };
const enabled = Type.Optional(Type.Boolean({ description: 'False refuses new frames and tells nobody.', default: true }));

const weight = Type.Optional(Type.Integer({ description: 'Turns while frames wait: a user of weight 3 gets three for each one of a user of weight 1.', minimum: 1, maximum: 100, default: 1 }));
export const UserBody = Type.Object({ name: Text('As people write it.'), enabled, weight }, strict);
export const UserShape = Type.Object({ userId: Type.String(), name: Type.String(), enabled: Type.Boolean(), weight: Type.Integer(), ...stamps });
export const UserPage = Type.Object({ users: list(UserShape), next: Next });

export const DeviceBody = Type.Object({
  userId: Id('The owner, whose rules judge its frames.'),
  name: Text('As it stands in messages, such as `Back door`.'),
  timeZone: Text('IANA name, such as `Europe/Berlin`; local times in rules and messages are of this zone.', 100),
  enabled,
  model: Type.Optional(Id('Name of the model that shall look at its frames (`GET /v1/models`); left out: the one that the workers use.')),
  class: Type.Optional(oneOf(DEVICE_CLASSES, 'What kind of camera it is, which decides the limits that its frames must keep to; `camera` when left out.')),
  silentAfterSeconds: Type.Optional(nullable(Type.Integer({
    description: 'Its owner is told when it has sent nothing for this long; 0: never; null or left out: the setting of the plant.', minimum: 0, maximum: 2_592_000,
  }))),
  privacyAreas: Type.Optional(list(Polygon('At least three corners.'), { description: 'Parts of the view that are painted over before anything is kept.', maxItems: 32 })),
}, strict);
export const DeviceShape = Type.Object({
  deviceId: Type.String(), userId: Type.String(), name: Type.String(), timeZone: Type.String(), enabled: Type.Boolean(),
  model: nullable(Type.String()), class: oneOf(DEVICE_CLASSES), privacyAreas: list(Polygon()), silentAfterSeconds: nullable(Type.Integer()), ...stamps,
});
export const DevicePage = Type.Object({ devices: list(DeviceShape), next: Next });

export const ContactBody = Type.Object({
  userId: Id('Who is told.'),
  channel: Text(`One of: ${CHANNELS.join(', ')}.`, 20),
  address: Text('Mail address.', 320),
  enabled,
  position: Type.Optional(Type.Integer({ description: 'Order in which the user wants to be told; lowest first.', minimum: 0, maximum: 1_000, default: 0 })),
}, strict);
export const ContactShape = Type.Object({
  contactId: Type.String(), userId: Type.String(), channel: oneOf(CHANNELS, 'By what.'), address: Type.String(), enabled: Type.Boolean(),
  position: Type.Integer(), ...stamps,
});
export const ContactPage = Type.Object({ contacts: list(ContactShape), next: Next });

export const KeyBody = Type.Object({
  role: oneOf(KEY_ROLES, '`ingest` hands over frames, `customer` reads its own and acknowledges, `admin` may do everything, `ops` runs the plant.'),
  userId: Type.Optional(Id('Limits the key to this user; needed for `customer`, possible for `ingest`.')),
}, strict);
export const KeyShape = Type.Object({
  keyId: Uuid('Names the key; no secret.'), role: oneOf(KEY_ROLES), userId: nullable(Type.String()), createdAt: Instant(), revokedAt: nullable(Instant()),
});
export const NewKeyShape = Type.Object({ ...KeyShape.properties, key: Type.String({ description: 'The bearer token. Shown this once.' }) });
export const KeyList = Type.Object({ keys: list(KeyShape) });

export type User = Static<typeof UserShape>;
export type Device = Static<typeof DeviceShape>;
export type Contact = Static<typeof ContactShape>;
export type NewKey = Static<typeof NewKeyShape>;
export type UserBody = Static<typeof UserBody>;
export type DeviceBody = Static<typeof DeviceBody>;
export type ContactBody = Static<typeof ContactBody>;
export type KeyBody = Static<typeof KeyBody>;
