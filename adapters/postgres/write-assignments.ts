/** Writes the same assignments for many assignees at once, with the history of each: one statement, however many they are. */
import type { Assignment, Assignee, Thing } from './assignments.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';

export interface ToWrite {
  readonly assignee: Assignee['kind'];
  readonly assigneeIds: readonly string[];
  readonly thing: Thing;
  readonly put: readonly Assignment[];
  /** Ids of things; none of them in `put`. */
  readonly remove: readonly string[];
  readonly changedBy: string;
}

/** Numbers of assignments. */
export interface Written {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Put as they were already. */
  readonly left: number;
}

const ASSIGNEE_COLUMN = { user: 'user_id', group: 'group_id' } as const;
const THING_COLUMN = { rule: 'rule_id', policy: 'policy_id' } as const;

export const columnsOf = (assignee: Assignee['kind'], thing: Thing): [assignee: string, thing: string] => [ASSIGNEE_COLUMN[assignee], THING_COLUMN[thing]];

export async function writeAssignments(client: Client, { assignee, assigneeIds, thing, put, remove, changedBy }: ToWrite): Promise<Written> {
  if (assigneeIds.length === 0 || put.length + remove.length === 0) return { added: 0, changed: 0, removed: 0, left: 0 };
  const wanted = put.map(({ id, devices, zones, severity }) => ({ id, devices: inOrder(devices), zones: inOrder(zones), severity }));
  const [counts] = await query<Omit<Written, 'left'> & Record<string, unknown>>(client, statementFor(assignee, thing),
    [assigneeIds, JSON.stringify(wanted), remove, changedBy, put.map(({ id }) => id)]);
  const { added, changed, removed } = counts!;
  return { added, changed, removed, left: assigneeIds.length * put.length - added - changed };
}

/** So that the same devices in another order are no change. */
const inOrder = (names: readonly string[] | null): string[] | null => names && [...new Set(names)].sort();

/** Parts of one statement see the rows as they were before it, so `was` is what `put` and `gone` replace. */
function statementFor(assignee: Assignee['kind'], thing: Thing): string {
  const [assigneeId, thingId] = columnsOf(assignee, thing);
  const row = `${assigneeId} AS assignee_id, ${thingId} AS id, device_ids, zones, severity`;
  const said = (alias: string): string =>
    `jsonb_build_object('${thing}Id', ${alias}.id, 'devices', ${alias}.device_ids, 'zones', ${alias}.zones, 'severity', ${alias}.severity)`;
  const listed = (side: string): string => `CASE WHEN count(${side}) > 0 THEN jsonb_build_object('${LISTS[thing]}', jsonb_agg(${side} ORDER BY id) FILTER (WHERE ${side} IS NOT NULL)) END`;
  return `
    WITH was AS (
      SELECT ${row} FROM assignments WHERE ${assigneeId} = ANY($1) AND ${thingId} = ANY($5)),
    put AS (
      INSERT INTO assignments (${assigneeId}, ${thingId}, device_ids, zones, severity, assigned_by)
      SELECT assignee_id, thing.id, thing.devices, thing.zones, thing.severity, $4 FROM unnest($1::text[]) AS assignee_id
      CROSS JOIN jsonb_to_recordset($2::jsonb) AS thing (id text, devices text[], zones text[], severity text)
      ON CONFLICT (${assigneeId}, ${thingId}) WHERE ${assigneeId} IS NOT NULL AND ${thingId} IS NOT NULL
      DO UPDATE SET device_ids = EXCLUDED.device_ids, zones = EXCLUDED.zones, severity = EXCLUDED.severity, assigned_at = now(), assigned_by = EXCLUDED.assigned_by
      WHERE (assignments.device_ids, assignments.zones, assignments.severity) IS DISTINCT FROM (EXCLUDED.device_ids, EXCLUDED.zones, EXCLUDED.severity)
      RETURNING ${row}),
    gone AS (
      DELETE FROM assignments WHERE ${assigneeId} = ANY($1) AND ${thingId} = ANY($3) RETURNING ${row}),
    moved AS (
      SELECT put.assignee_id, put.id, CASE WHEN was.id IS NOT NULL THEN ${said('was')} END AS before, ${said('put')} AS after FROM put LEFT JOIN was USING (assignee_id, id)
      UNION ALL
      SELECT gone.assignee_id, gone.id, ${said('gone')}, NULL FROM gone),
    history AS (
      INSERT INTO changes (changed_by, subject, subject_id, before, after)
      SELECT $4, 'assignments', '${assignee}/' || assignee_id, ${listed('before')}, ${listed('after')} FROM moved GROUP BY assignee_id ORDER BY assignee_id)
    SELECT count(*) FILTER (WHERE before IS NULL) AS added, count(*) FILTER (WHERE before IS NOT NULL AND after IS NOT NULL) AS changed,
           count(*) FILTER (WHERE after IS NULL) AS removed FROM moved`;
}

const LISTS = { rule: 'rules', policy: 'policies' } as const;
