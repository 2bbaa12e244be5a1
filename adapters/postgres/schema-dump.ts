/**
 * The schema as readable SQL, made from the catalogs: `pg_dump` is on no fresh machine. Loading the text into an empty
 * database makes the same schema, so whatever this file cannot write it refuses to leave out.
 *
 * Partitions of single days come and go with the calendar and are left out, so that the text changes with migrations only.
 */
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

const HEADER = `-- The whole schema, for reading: made by \`npm run schema:dump\` from a database that has all migrations.
-- Never edit it, and never install from it: \`watchpost migrate\` also notes which migrations a database has.
`;

/** `frames_20260301`; a name of the same look outside a partitioned table is none of these. */
const DAY_PARTITION = String.raw`(c.relispartition AND c.relname ~ '_\d{8}$')`;

/** SQL of all tables, indexes, functions, triggers and comments of the current schema. Throws on kinds of objects that it has no words for. */
export async function dumpSchema(db: Queryable): Promise<string> {
  await refuseUnknownKinds(db);
  const tables = inOrderOfNeed(await readTables(db));
  const columns = await readColumns(db);
  const constraints = await readConstraints(db);
  const indexes = await readIndexes(db);
  const text = [HEADER];
  for (const table of tables) {
    const of = <T extends { readonly table: string }>(rows: readonly T[]): T[] => rows.filter((row) => row.table === table.name);
    text.push(tableSql(table, of(columns), of(constraints), of(indexes)));
  }
  for (const { definition, signature, comment } of await readFunctions(db)) {
    text.push(`${definition.trimEnd()};\n${commentSql('FUNCTION', signature, comment)}`);
  }
  const triggers = await readTriggers(db);
  if (triggers.length > 0) text.push(triggers.map(triggerSql).join(''));
  return text.join('\n');
}

interface Table {
  readonly name: string;
  readonly partitionKey: string | null;
  readonly options: string | null;
  /** Of a partition; null otherwise, as are its bounds. */
  readonly parent: string | null;
  readonly bounds: string | null;
  readonly needs: readonly string[];
  readonly comment: string | null;
}

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  /** What stands behind the type. */
  readonly rest: string;
  readonly comment: string | null;
}

/** Of a constraint, an index or a trigger. */
interface Part {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
  readonly comment: string | null;
}

interface DatabaseFunction {
  readonly signature: string;
  readonly definition: string;
  readonly comment: string | null;
}

function tableSql(table: Table, columns: readonly Column[], constraints: readonly Part[], indexes: readonly Part[]): string {
  const nameWidth = widest(columns.map(({ name }) => name));
  const typeWidth = widest(columns.map(({ type }) => type));
  const parts = [
    ...columns.map(({ name, type, rest }) => `  ${name.padEnd(nameWidth)}  ${type.padEnd(typeWidth)} ${rest}`.trimEnd()),
    ...constraints.map(({ name, definition }) => `  CONSTRAINT ${name} ${definition}`),
  ];
  const partitioned = table.partitionKey === null ? '' : ` PARTITION BY ${table.partitionKey}`;
  const options = table.options === null ? '' : ` WITH (${table.options})`;
  const body = table.parent === null ? `(\n${parts.join(',\n')}\n)${partitioned}` : `PARTITION OF ${table.parent} ${table.bounds}`;
  return [
    `CREATE TABLE ${table.name} ${body}${options};\n`,
    ...indexes.map(({ definition }) => `${definition};\n`),
    commentSql('TABLE', table.name, table.comment),
    ...columns.map(({ name, comment }) => commentSql('COLUMN', `${table.name}.${name}`, comment)),
    ...constraints.map(({ name, comment }) => commentSql('CONSTRAINT', `${name} ON ${table.name}`, comment)),
    ...indexes.map(({ name, comment }) => commentSql('INDEX', name, comment)),
  ].join('');
}

const triggerSql = ({ table, name, definition, comment }: Part): string => `${definition};\n${commentSql('TRIGGER', `${name} ON ${table}`, comment)}`;

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(({ length }) => length));

const commentSql = (kind: string, name: string, comment: string | null): string =>
  comment === null ? '' : `COMMENT ON ${kind} ${name} IS '${comment.replaceAll("'", "''")}';\n`;

/** By name, but never before a table that it points at or is a part of; tables that point at each other have no such order. */
function inOrderOfNeed(tables: readonly Table[]): Table[] {
  const ordered: Table[] = [];
  const placed = new Set<string>();
  while (ordered.length < tables.length) {
    const next = tables.find(({ name, needs }) => !placed.has(name) && needs.every((need) => need === name || placed.has(need)));
    if (next === undefined) throw new Error(`tables need each other: ${tables.filter(({ name }) => !placed.has(name)).map(({ name }) => name).join(', ')}`);
    placed.add(next.name);
    ordered.push(next);
  }
  return ordered;
}

const readTables = (db: Queryable): Promise<Table[]> => query<Table & Record<string, unknown>>(db, `
  SELECT c.oid::regclass::text AS name, pg_get_partkeydef(c.oid) AS "partitionKey", array_to_string(c.reloptions, ', ') AS options, parent.inhparent::regclass::text AS parent,
         pg_get_expr(c.relpartbound, c.oid) AS bounds, obj_description(c.oid, 'pg_class') AS comment,
         ARRAY(SELECT confrelid::regclass::text FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f'
               UNION SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = c.oid) AS needs
  FROM pg_class c LEFT JOIN pg_inherits parent ON parent.inhrelid = c.oid
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT ${DAY_PARTITION}
  ORDER BY c.relname COLLATE "C"`);

/** In the order of creation. Those of a partition are its parent's. */
const readColumns = (db: Queryable): Promise<Column[]> => query<Column & Record<string, unknown>>(db, `
  SELECT c.oid::regclass::text AS table, quote_ident(a.attname) AS name, replace(format_type(a.atttypid, a.atttypmod), 'timestamp with time zone', 'timestamptz') AS type,
         concat_ws(' ',
           CASE WHEN a.attcollation <> t.typcollation THEN 'COLLATE ' || a.attcollation::regcollation END,
           CASE WHEN a.attnotnull THEN 'NOT NULL' END,
           CASE a.attidentity WHEN 'a' THEN 'GENERATED ALWAYS AS IDENTITY' WHEN 'd' THEN 'GENERATED BY DEFAULT AS IDENTITY' END,
           CASE WHEN a.attgenerated = 's' THEN 'GENERATED ALWAYS AS (' || pg_get_expr(d.adbin, d.adrelid) || ') STORED'
                WHEN d.adbin IS NOT NULL THEN 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END) AS rest,
         col_description(c.oid, a.attnum) AS comment
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY c.relname COLLATE "C", a.attnum`);

/** NOT NULL is said with its column; primary keys come first, foreign keys last. Those of a partition are its parent's. */
const readConstraints = (db: Queryable): Promise<Part[]> => query<Part & Record<string, unknown>>(db, `
  SELECT c.oid::regclass::text AS table, quote_ident(k.conname) AS name, pg_get_constraintdef(k.oid, true) AS definition,
         obj_description(k.oid, 'pg_constraint') AS comment
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  WHERE c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition AND k.contype IN ('p', 'u', 'c', 'x', 'f')
  ORDER BY c.relname COLLATE "C", array_position('{p,u,x,c,f}', k.contype), k.conname COLLATE "C"`);

/** Those that no constraint and no partitioned parent brings by itself. */
const readIndexes = (db: Queryable): Promise<Part[]> => query<Part & Record<string, unknown>>(db, `
  SELECT i.indrelid::regclass::text AS table, c.oid::regclass::text AS name,
         replace(pg_get_indexdef(c.oid, 0, true), ' ON ONLY ', ' ON ') AS definition, obj_description(c.oid, 'pg_class') AS comment
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  WHERE c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = c.oid AND contype IN ('p', 'u', 'x'))
  ORDER BY c.relname COLLATE "C"`);

const readFunctions = (db: Queryable): Promise<DatabaseFunction[]> => query<DatabaseFunction & Record<string, unknown>>(db, `
  SELECT p.oid::regprocedure::text AS signature, pg_get_functiondef(p.oid) AS definition, obj_description(p.oid, 'pg_proc') AS comment
  FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace AND p.prokind IN ('f', 'p') ORDER BY 1`);

/** Those of a partition are its parent's. */
const readTriggers = (db: Queryable): Promise<Part[]> => query<Part & Record<string, unknown>>(db, `
  SELECT t.tgrelid::regclass::text AS table, quote_ident(t.tgname) AS name, pg_get_triggerdef(t.oid, true) AS definition, obj_description(t.oid, 'pg_trigger') AS comment
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal AND t.tgparentid = 0
  ORDER BY c.relname COLLATE "C", t.tgname COLLATE "C"`);

/** A dump that silently lacks a view would pass for the whole schema. Teach it the new kind instead. */
async function refuseUnknownKinds(db: Queryable): Promise<void> {
  const unknown = await query<{ what: string }>(db, `
    SELECT 'relation ' || relname AS what FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relkind NOT IN ('r', 'p', 'i', 'I', 't', 'S')
    UNION ALL
    SELECT 'unlogged ' || relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relpersistence <> 'p'
    UNION ALL
    SELECT 'sequence ' || relname FROM pg_class c
    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'S'
      AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = c.oid AND classid = 'pg_class'::regclass AND deptype = 'i')
    UNION ALL
    SELECT 'type ' || typname FROM pg_type t
    WHERE typnamespace = current_schema()::regnamespace AND typtype IN ('d', 'e', 'r')
    UNION ALL
    SELECT 'aggregate ' || proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND prokind NOT IN ('f', 'p')
    UNION ALL
    SELECT 'policy ' || polname FROM pg_policy
    UNION ALL
    SELECT 'rule ' || rulename FROM pg_rules WHERE schemaname = current_schema()
    UNION ALL
    SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql'
    ORDER BY 1`);
  if (unknown.length > 0) throw new Error(`the schema dump cannot write: ${unknown.map(({ what }) => what).join(', ')}`);
}
