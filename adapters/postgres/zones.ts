/** Zones and masks of devices: named parts of their view that rules speak of. */
import { Failure } from '../../contracts/failures.ts';
import type { Zone } from '../../contracts/zone.ts';
import { inTurn, noteChange } from './changes.ts';
import { query } from './pool.ts';
import type { Pool, Queryable } from './pool.ts';

/** In the order in which they were put. Throws `device_unknown`, also for a device of another user than `owner`. */
export async function getZones(db: Queryable, deviceId: string, owner: string | null): Promise<readonly Zone[]> {
  const [row] = await query<{ zones: readonly Zone[] }>(db, 'SELECT zones FROM devices WHERE device_id = $1 AND ($2::text IS NULL OR user_id = $2)', [deviceId, owner]);
  if (!row) throw new Failure('device_unknown', `no device ${deviceId}`);
  return row.zones;
}

/** Replaces all zones of a device; returns those that it had. Throws `device_unknown`. */
export function putZones(pool: Pool, deviceId: string, zones: readonly Zone[], changedBy: string): Promise<readonly Zone[]> {
  return inTurn(pool, async (client) => {
    const before = await getZones(client, deviceId, null);
    const moved = await query(client, 'UPDATE devices SET zones = $2 WHERE device_id = $1 AND zones <> $2 RETURNING 1', [deviceId, JSON.stringify(zones)]);
    if (moved.length > 0) await noteChange(client, changedBy, { subject: 'zones', subjectId: deviceId, before: orNothing(before), after: orNothing(zones) });
    return before;
  });
}

const orNothing = (zones: readonly Zone[]): readonly Zone[] | null => (zones.length === 0 ? null : zones);
