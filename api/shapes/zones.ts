/** Zones and masks of a device. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { Anchor } from '../../contracts/zone.ts';
import { MAX_ZONES } from '../../contracts/zone.ts';
import { Id, Polygon, Text, list, nullable, oneOf, strict } from './primitives.ts';

const KINDS = ['zone', 'mask'] as const;
const ANCHORS = ['bottom-centre', 'centre'] as const;
const AnchorShape = Type.Unsafe<Anchor>({
  anyOf: [{ type: 'string', enum: [...ANCHORS] }, { type: 'object', properties: { overlap: { type: 'number', minimum: 0, maximum: 1 } }, required: ['overlap'], additionalProperties: false }],
  description: 'When an object counts as inside: where it stands, where its middle is, or a share of its box that must be inside.',
});

export const ZonesBody = Type.Object({
  zones: list(Type.Object({
    name: Text('What rules call it.', 100),
    polygon: Polygon('At least three corners.'),
    kind: Type.Optional(oneOf(KINDS, '`mask`: what is inside is not there for any rule; `zone` when left out.')),
    anchor: Type.Optional(AnchorShape),
    classes: Type.Optional(list(Id('A class or group.'), { minItems: 1, maxItems: 100, description: 'Only objects of these count as inside; left out: any.' })),
  }, strict), { maxItems: MAX_ZONES }),
}, strict);

export const ZonesShape = Type.Object({
  deviceId: Type.String(),
  zones: list(Type.Object({ name: Type.String(), polygon: Polygon(), kind: oneOf(KINDS), anchor: AnchorShape, classes: nullable(list(Type.String())) })),
});

export const SavedZones = Type.Object({
  ...ZonesShape.properties,
  warnings: list(Type.Object({
    code: Type.String({ description: 'Stable name: `zone_unknown`.' }),
    message: Type.String({ description: 'What is wrong and how to mend it.' }),
    ruleId: Type.String(),
    zone: Type.String(),
  }), { description: 'Rules that judge this device by a zone that was there before and is no more.' }),
});

export type ZonesBody = Static<typeof ZonesBody>;
export type Zones = Static<typeof ZonesShape>;
export type SavedZones = Static<typeof SavedZones>;
