/** Users, devices, contacts and keys. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { KEY_ROLES } from '../../adapters/postgres/api-keys.ts';
import { CHANNELS } from '../../contracts/delivery.ts';
import { DEVICE_CLASSES } from '../../contracts/device.ts';
import { QuietHoursBody, QuietHoursShape } from './quiet-hours.ts';
import { Id, Instant, Next, Polygon, Text, Uuid, list, nullable, oneOf, strict } from './primitives.ts';

const stamps = { createdAt: Instant('When it was first put.'), updatedAt: Instant('When it was last put.') };
const enabled = Type.Optional(Type.Boolean({ description: 'False refuses new frames and tells nobody.', default: true }));

const weight = Type.Optional(Type.Integer({ description: 'Turns while frames wait: a user of weight 3 gets three for each one of a user of weight 1.', minimum: 1, maximum: 100, default: 1 }));
export const UserBody = Type.Object({
  name: Text('As people write it.'),
  enabled,
  weight,
  chain: Type.Optional(Id('Escalation chain of its incidents; left out: that of the policy that brings the rule, or the default.')),
  equipmentChain: Type.Optional(Id('Escalation chain of its equipment notices; left out: the default.')),
  messagesPerHour: Type.Optional(Type.Integer({
    description: 'Messages that new incidents may send it in an hour, and as many again about what is critical; left out: as the setting says.', minimum: 1, maximum: 100_000,
  })),
}, strict);
export const UserShape = Type.Object({
  userId: Type.String(), name: Type.String(), enabled: Type.Boolean(), weight: Type.Integer(),
  chain: nullable(Type.String()), equipmentChain: nullable(Type.String()), messagesPerHour: nullable(Type.Integer()), ...stamps,
});
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
  address: Text('As its channel wants it: a mail address, a telephone number with its country, a URL, the name of a routing key, or `host/service`. Kept in one form.', 2_000),
  enabled: Type.Optional(Type.Boolean({ description: 'False tells nobody by it. True also takes up again what was switched off by itself.', default: true })),
  quietHours: Type.Optional(QuietHoursBody),
  position: Type.Optional(Type.Integer({ description: 'Order in which the user wants to be told; lowest first.', minimum: 0, maximum: 1_000, default: 0 })),
}, strict);
export const ContactShape = Type.Object({
  contactId: Type.String(), userId: Type.String(), channel: oneOf(CHANNELS, 'By what.'), address: Type.String(), enabled: Type.Boolean(),
  position: Type.Integer(),
  quietHours: nullable(QuietHoursShape),
  failedCode: nullable(Type.String({ description: 'Failure code for which it was switched off by itself, such as `endpoint_gone`; null when it was not.' })),
  ...stamps,
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
export type UserPage = Static<typeof UserPage>;
export type Device = Static<typeof DeviceShape>;
export type Contact = Static<typeof ContactShape>;
export type ContactPage = Static<typeof ContactPage>;
export type NewKey = Static<typeof NewKeyShape>;
export type UserBody = Static<typeof UserBody>;
export type DeviceBody = Static<typeof DeviceBody>;
export type ContactBody = Static<typeof ContactBody>;
export type KeyBody = Static<typeof KeyBody>;
