/** Connections to the warehouse: one pool per process, exact times, transactions, and foreign errors turned into ours. */
import pg from 'pg';
import { Failure, failureIn } from '../../contracts/failures.ts';
import type { Instant } from '../../contracts/time.ts';

export type Client = pg.PoolClient;
export type Pool = pg.Pool;
/** What a single statement needs: a pool or a client inside a transaction. */
export type Queryable = Pick<pg.Pool, 'query'>;

/** A JavaScript Date holds milliseconds only and would cut the microseconds that tell frames of one moment apart. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === pg.types.builtins.TIMESTAMPTZ) return (text: string) => instantOf(text);
    if (oid === pg.types.builtins.INT8) return Number;
    return pg.types.getTypeParser(oid, format as 'text');
  },
};

/** Postgres writes `2026-11-21 02:14:00.1234+00` in a session of zone UTC; ours always has six digits and a Z. */
function instantOf(text: string): Instant {
  const [moment = '', fraction = ''] = text.replace(/\+00$/, '').split('.');
  return `${moment.replace(' ', 'T')}.${fraction.padEnd(6, '0')}Z` as Instant;
}

/**
 * Below the time limit of every stage (contracts/stages.ts): a database that hangs must end a try as an outage, not as the
 * death of its worker. Statements of ours take milliseconds.
 */
const QUERY_LIMIT_MS = 10_000;

export interface PoolOptions {
  readonly connections: number;
  /** For work that may take minutes, such as a migration. */
  readonly queryLimitMs?: number;
  /** Shows in pg_stat_activity, so that an operator sees who holds what. */
  readonly applicationName: string;
}

export function createPool(url: string, options: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.connections,
    application_name: options.applicationName,
    options: '-c TimeZone=UTC',
    types,
    // A server that does not answer in 5 s is away; waiting longer only hides the outage from the caller.
    connectionTimeoutMillis: 5_000,
    query_timeout: options.queryLimitMs ?? QUERY_LIMIT_MS,
  });
  // Without a listener the loss of an idle connection is an unhandled event and ends the process; the next query finds out anyway.
  pool.on('error', () => {});
  // The same for one that is lost between two statements of a transaction: the next one says so.
  pool.on('connect', (client) => { client.on('error', () => {}); });
  return pool;
}

/** Runs `work` in one transaction. A connection lost while committing leaves the outcome open: Failure `outcome_unknown`. */
export async function inTransaction<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch(rethrow);
  let committing = false;
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    committing = true;
    await client.query('COMMIT');
    return result;
  } catch (error) {
    broken = isConnectionError(error) ? (error as Error) : undefined;
    if (committing && broken) throw new Failure('outcome_unknown', 'connection lost at commit', { cause: error });
    if (!broken) await client.query('ROLLBACK').catch((rollback: Error) => { broken = rollback; });
    return rethrow(error);
  } finally {
    // A client handed back with an error is closed, not reused.
    client.release(broken);
  }
}

/** One statement on the pool, with the same translation of errors. */
export async function query<R extends pg.QueryResultRow>(db: Queryable, text: string, values: unknown[] = []): Promise<R[]> {
  try {
    return (await db.query<R>(text, values)).rows;
  } catch (error) {
    return rethrow(error);
  }
}

function rethrow(error: unknown): never {
  if (failureIn(error)) throw error;
  if (isConnectionError(error)) throw new Failure('database_unavailable', (error as Error).message, { cause: error });
  throw error;
}

/**
 * Whether the database is away rather than unhappy with what we asked. SQLSTATE classes from the PostgreSQL manual,
 * appendix A: 08 connection, 53 insufficient resources, 57 operator intervention (not 57014, a cancelled statement), 58 I/O;
 * 40 (serialisation, deadlock) and 25006 (read only, as after a fail-over) pass by themselves too.
 */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: string }).code;
  if (code === undefined) return /timeout|terminated|ended|not queryable/i.test(error.message);
  if (/^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|EAI_AGAIN|ENETUNREACH)/.test(code)) return true;
  return /^(08|53|57|58|40)/.test(code) ? code !== '57014' : code === '25006';
}

/** Refuses a database that could forget what it confirmed; an accepted frame must survive a power cut. */
export async function refuseUnsafeDatabase(db: Queryable): Promise<void> {
  const [row] = await query<{ fsync: string; synchronous_commit: string }>(
    db, "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit");
  const off = Object.entries(row ?? {}).filter(([, value]) => value === 'off').map(([name]) => name);
  if (off.length > 0) throw new Failure('database_unsafe', `${off.join(' and ')} off`);
}
