/** Devices: the cameras, each with its owner and its time zone. */
import { CANARY_ID } from '../../contracts/canary.ts';
import type { DeviceClass, Polygon } from '../../contracts/device.ts';
import { Failure } from '../../contracts/failures.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Zone } from '../../contracts/zone.ts';
import { inTurn, noteChange } from './changes.ts';
import { isMissingReference } from './missing-reference.ts';
import { query } from './pool.ts';
import type { Pool, Queryable } from './pool.ts';
import type { Put } from './users.ts';

export interface Device {
  readonly deviceId: string;
  readonly userId: string;
  readonly name: string;
  readonly timeZone: string;
  readonly enabled: boolean;
  /** Name of the model that looks at its frames; null: that of the worker. */
  readonly model: string | null;
  readonly class: DeviceClass;
  /** Painted over before anything of a frame is kept. */
  readonly privacyAreas: readonly Polygon[];
  /** How long it may send nothing before its owner is told; null: the setting; 0: for ever. */
  readonly silentAfterSeconds: number | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** What acceptance must know of a device. */
export interface SendingDevice extends Pick<Device, 'deviceId' | 'userId' | 'timeZone' | 'enabled'> {
  readonly userEnabled: boolean;
}

const COLUMNS = `device_id AS "deviceId", user_id AS "userId", name, time_zone AS "timeZone", enabled, model, class, privacy_areas AS "privacyAreas",
                 silent_after_seconds AS "silentAfterSeconds", created_at AS "createdAt", updated_at AS "updatedAt"`;

/** A device may change its owner; frames accepted before keep the old one. Its zones stay as they are (`zones.ts`). Throws `user_unknown`. */
export async function putDevice(db: Queryable, device: Omit<Device, 'createdAt' | 'updatedAt'>): Promise<Put<Device>> {
  try {
    const [row] = await query<Put<Device>>(db, `
      INSERT INTO devices AS known (device_id, user_id, name, time_zone, enabled, model, class, privacy_areas, silent_after_seconds) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      ON CONFLICT (device_id) DO UPDATE SET user_id = EXCLUDED.user_id, name = EXCLUDED.name, time_zone = EXCLUDED.time_zone,
        enabled = EXCLUDED.enabled, model = EXCLUDED.model, class = EXCLUDED.class, privacy_areas = EXCLUDED.privacy_areas,
        silent_after_seconds = EXCLUDED.silent_after_seconds, enabled_since = CASE WHEN EXCLUDED.enabled AND NOT known.enabled THEN now() ELSE known.enabled_since END, updated_at = now()
      RETURNING ${COLUMNS}, xmax = 0 AS created`, [
      device.deviceId, device.userId, device.name, device.timeZone, device.enabled, device.model, device.class, JSON.stringify(device.privacyAreas), device.silentAfterSeconds]);
    return row!;
  } catch (error) {
    if (isMissingReference(error)) throw new Failure('user_unknown', `no user ${device.userId}`);
    throw error;
  }
}

/** Throws `device_unknown`, also for a device of another user than `owner`. */
export async function getDevice(db: Queryable, deviceId: string, owner: string | null): Promise<Device> {
  const [row] = await query<Device>(db, `SELECT ${COLUMNS} FROM devices WHERE device_id = $1 AND ($2::text IS NULL OR user_id = $2)`, [deviceId, owner]);
  if (!row) throw new Failure('device_unknown', `no device ${deviceId}`);
  return row;
}

/** Whether pictures of the device may be shown as they came: not where it has privacy areas, nor when it is gone, because nobody knows then which it had. */
export async function showsWholeView(db: Queryable, deviceId: string): Promise<boolean> {
  const [row] = await query<{ whole: boolean }>(db, "SELECT privacy_areas = '[]' AS whole FROM devices WHERE device_id = $1", [deviceId]);
  return row?.whole ?? false;
}

/** In order of id, those after `after`; `userId` null is every user but the canary. */
export const listDevices = (db: Queryable, { userId, after, limit }: { userId: string | null; after: string; limit: number }): Promise<Device[]> =>
  query<Device>(db, `
    SELECT ${COLUMNS} FROM devices WHERE device_id > $1 AND (user_id = $2 OR $2::text IS NULL AND device_id <> $4) ORDER BY device_id LIMIT $3`, [after, userId, limit, CANARY_ID]);

/** Names of the models that devices name. */
export const modelNames = async (db: Queryable): Promise<string[]> =>
  (await query<{ model: string }>(db, 'SELECT DISTINCT model FROM devices WHERE model IS NOT NULL ORDER BY model')).map(({ model }) => model);

/**
 * True when there was one. Its frames stay in the ledger; those still waiting are rejected. What is remembered of its last picture goes with it, and as no good frame
 * will close its equipment notices, they close now.
 */
export function removeDevice(pool: Pool, deviceId: string, changedBy: string): Promise<boolean> {
  return inTurn(pool, async (client) => {
    const [gone] = await query<{ zones: readonly Zone[] }>(client, `
      WITH rhythm AS (DELETE FROM picture_rhythms WHERE device_id = $1),
           refused AS (DELETE FROM refused_uploads WHERE device_id = $1),
           suspected AS (DELETE FROM equipment_notices WHERE device_id = $1 AND state = 'suspected'),
           told AS (UPDATE equipment_notices SET state = 'closed', closed_at = now() WHERE device_id = $1 AND state = 'open')
      DELETE FROM devices WHERE device_id = $1 RETURNING zones`, [deviceId]);
    if (gone && gone.zones.length > 0) await noteChange(client, changedBy, { subject: 'zones', subjectId: deviceId, before: gone.zones, after: null });
    return gone !== undefined;
  });
}

export async function findSendingDevices(db: Queryable, deviceIds: readonly string[]): Promise<Map<string, SendingDevice>> {
  const rows = await query<SendingDevice>(db, `
    SELECT device_id AS "deviceId", device.user_id AS "userId", time_zone AS "timeZone", device.enabled, owner.enabled AS "userEnabled"
    FROM devices device JOIN users owner ON owner.user_id = device.user_id WHERE device_id = ANY($1)`, [deviceIds]);
  return new Map(rows.map((row) => [row.deviceId, row]));
}
