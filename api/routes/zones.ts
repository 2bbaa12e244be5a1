/** Zones and masks of devices. */
import { Type } from 'typebox';
import { rulesOfDevice } from '../../adapters/postgres/rule-sights.ts';
import { getZones, putZones } from '../../adapters/postgres/zones.ts';
import type { Queryable } from '../../adapters/postgres/pool.ts';
import { Failure } from '../../contracts/failures.ts';
import type { Zone } from '../../contracts/zone.ts';
import { checkZones } from '../../policies/check/check-zones.ts';
import { nodesOf } from '../../policies/check/condition-tree.ts';
import type { Condition } from '../../policies/model.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { Id } from '../shapes/primitives.ts';
import { SavedZones, ZonesBody, ZonesShape } from '../shapes/zones.ts';

const tags = ['accounts'];
const params = Type.Object({ deviceId: Id('The device.') });

export const zoneRoutes = ({ pool }: ApiDeps): Routes => (app, _options, done) => {
  app.put('/v1/devices/:deviceId/zones', {
    config: { roles: [] },
    schema: { tags, summary: 'Replace all zones and masks of a device', description: 'Frames are judged by them within a second.', params, body: ZonesBody, response: { 200: SavedZones } },
  }, async ({ params: { deviceId }, body, holder }) => {
    const zones = body.zones.map(({ name, polygon, kind, anchor, classes }): Zone => ({ name, kind: kind ?? 'zone', polygon, anchor: anchor ?? 'bottom-centre', classes: classes ?? null }));
    refuseMalformed(zones);
    const before = await putZones(pool, deviceId, zones, holder.keyId);
    return { deviceId, zones, warnings: await warningsFor(pool, deviceId, missing(before, zones)) };
  });

  app.get('/v1/devices/:deviceId/zones', {
    config: { roles: ['customer', 'ops'] },
    schema: { tags, summary: 'The zones and masks of a device', params, response: { 200: ZonesShape } },
  }, async ({ params: { deviceId }, holder }) => ({ deviceId, zones: await getZones(pool, deviceId, holder.userId) }));

  done();
};

/** Throws `zone_malformed` with all that is wrong. */
function refuseMalformed(zones: readonly Zone[]): void {
  const problems = checkZones(zones);
  if (problems.length === 0) return;
  throw new Failure('zone_malformed', problems.map(({ index, message }) => (index === null ? message : `zones.${index}: ${message}`)).join(' ').slice(0, 2_000));
}

/** Names that rules could use before and cannot any more. */
function missing(before: readonly Zone[], now: readonly Zone[]): string[] {
  const left = new Set(zoneNames(now));
  return zoneNames(before).filter((name) => !left.has(name));
}

const zoneNames = (zones: readonly Zone[]): string[] => zones.flatMap(({ kind, name }) => (kind === 'zone' ? [name] : []));

async function warningsFor(db: Queryable, deviceId: string, gone: readonly string[]) {
  const rules = gone.length === 0 ? [] : await rulesOfDevice(db, deviceId);
  return rules.flatMap(({ ruleId, condition, assignedZones }) => {
    const named = new Set([...nodesOf(condition as Condition).flatMap((node) => (node.kind === 'objects' ? [...node.zones, ...node.outside] : [])), ...assignedZones ?? []]);
    return gone.filter((zone) => named.has(zone)).map((zone) => ({
      code: 'zone_unknown', ruleId, zone, message: `Rule ${ruleId} asks for the zone ${JSON.stringify(zone)}, and nothing counts as inside it here any more; draw it again, or change the rule or its assignment.`,
    }));
  });
}
