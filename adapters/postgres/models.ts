/** Models that users registered: a version never changes, the current one is what devices get. */
import { Failure } from '../../contracts/failures.ts';
import type { ModelDescription } from '../../contracts/model.ts';
import type { Instant } from '../../contracts/time.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';
import { NAMES_TO_READ, refuseIfInUse } from './still-in-use.ts';

export interface StoredModel extends ModelDescription {
  readonly registeredAt: Instant;
}

const COLUMNS = `name, version, head, encode(sha256, 'hex') AS sha256, labels, licence, input, thresholds, registered_at AS "registeredAt"`;
const CURRENT = `SELECT ${COLUMNS} FROM models WHERE current`;

/** The current version; undefined where there is none. */
export async function findModel(db: Queryable, name: string): Promise<StoredModel | undefined> {
  const [model] = await query<StoredModel>(db, `${CURRENT} AND name = $1`, [name]);
  return model;
}

/** Current versions, in order of name. */
export const listModels = (db: Queryable): Promise<StoredModel[]> => query<StoredModel>(db, `${CURRENT} ORDER BY name`);

/** Current versions of those that some device names. */
export const modelsOfDevices = (db: Queryable): Promise<StoredModel[]> =>
  query<StoredModel>(db, `${CURRENT} AND name IN (SELECT model FROM devices)`);

/** Makes this version the current one. `created`: none was current before. Throws `model_version_taken` for a version that is another model. */
export function putModel(pool: Pool, model: ModelDescription, registeredBy: string): Promise<StoredModel & { created: boolean }> {
  return inTransaction(pool, async (client) => {
    await lockName(client, model.name);
    const { rowCount } = await client.query('UPDATE models SET current = false WHERE name = $1 AND current', [model.name]);
    const [put] = await query<StoredModel>(client, `
      INSERT INTO models (name, version, head, sha256, labels, licence, input, thresholds, current, registered_by)
      VALUES ($1, $2, $3, decode($4, 'hex'), $5, $6, $7, $8, true, $9)
      ON CONFLICT (name, version) DO UPDATE SET current = true, licence = EXCLUDED.licence
      WHERE (models.head, models.sha256, models.labels, models.input, models.thresholds) = (EXCLUDED.head, EXCLUDED.sha256, EXCLUDED.labels, EXCLUDED.input, EXCLUDED.thresholds)
      RETURNING ${COLUMNS}`, [
      model.name, model.version, model.head, model.sha256, model.labels, model.licence, JSON.stringify(model.input), JSON.stringify(model.thresholds), registeredBy]);
    if (!put) throw new Failure('model_version_taken', `version ${model.version} of ${model.name} has other weights, labels, input or thresholds`);
    return { ...put, created: rowCount === 0 };
  });
}

/** True when there was one. Its versions stay for the detections that name them. Throws `still_in_use` while a device names it. */
export function removeModel(pool: Pool, name: string): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await lockName(client, name);
    const devices = await query<{ deviceId: string }>(client, 'SELECT device_id AS "deviceId" FROM devices WHERE model = $1 ORDER BY device_id LIMIT $2', [name, NAMES_TO_READ]);
    const { rowCount } = await client.query('UPDATE models SET current = false WHERE name = $1 AND current', [name]);
    if (rowCount === 0) return false;
    refuseIfInUse(`model ${name}`, { devices: devices.map(({ deviceId }) => deviceId) });
    return true;
  });
}

/** Two who put one name at once would both find no current version. */
const lockName = (client: Client, name: string): Promise<unknown> => client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [name]);
