/** Rule sets: what frames were judged by. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { SEVERITIES } from '../../contracts/severity.ts';
import { Instant, list, nullable, oneOf } from './primitives.ts';
import { ZonesShape } from './zones.ts';

export const RuleSetId = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256 of what the set holds.' });
const Severity = oneOf(SEVERITIES);
const ZoneNames = nullable(list(Type.String(), { description: 'Where objects must be when the rule names no zone itself.' }));

export const RuleSetShape = Type.Object({
  ruleSetId: RuleSetId,
  firstUsedAt: Instant('When the first frame was judged by it.'),
  timeZone: Type.String({ description: 'Of the clock that windows go by.' }),
  zones: ZonesShape.properties.zones,
  rules: list(Type.Object({
    ruleId: Type.String(), version: Type.Integer(), severity: Severity, zones: ZoneNames,
    through: list(Type.Object({
      groupId: nullable(Type.String({ description: 'Null: assigned to the user.' })),
      policyId: nullable(Type.String({ description: 'Null: assigned by itself.' })), policyVersion: nullable(Type.Integer()),
      severity: Severity, zones: ZoneNames,
    }), { description: 'Every way in which the rule came to the device. The worst severity counts, and all zones together.' }),
  }), { description: 'In order of id.' }),
});

export type RuleSetShape = Static<typeof RuleSetShape>;
