/** The figures of a run, read from the ledger and the mail server when it is over, and as a table. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChaosPlant } from './chaos-plant.ts';
import type { PlannedFault } from './fault-plan.ts';
import type { FrameStream } from './frame-stream.ts';
import type { ChaosReport } from './run.ts';

export type Summary = readonly (readonly [what: string, figure: string])[];

export async function readSummary({ pool, mail, home }: ChaosPlant, stream: FrameStream, plan: readonly PlannedFault[]): Promise<Summary> {
  const counted = async (sql: string): Promise<string> => {
    const { rows } = await pool.query<{ name: string; count: number }>(sql);
    return rows.map(({ name, count }) => `${count} ${name}`).join(', ');
  };
  const ids = new Set(mail.taken.map(({ messageId }) => messageId)).size;
  return [
    ['frames', `${stream.sent.length} accepted, ${stream.refusals} tries refused or unanswered on the way`],
    ['ends', await counted("SELECT concat_ws(' ', state, CASE WHEN state = 'failed' THEN reason ELSE NULL END) AS name, count(*) FROM frames GROUP BY 1 ORDER BY 1")],
    ['late', await counted("SELECT 'frames' AS name, count(*) FROM frames WHERE late")],
    ['batches', await counted("SELECT closed_because || CASE WHEN alone THEN ' alone' ELSE '' END AS name, count(*) FROM batches GROUP BY 1 ORDER BY 1")],
    ['repeats', await counted(`
      SELECT 'frames in more than one batch' AS name, count(*) FROM (SELECT frame_id FROM batch_frames GROUP BY frame_id HAVING count(*) > 1) repeated
      UNION ALL SELECT 'batches of the busiest frame', coalesce(max(batches), 0) FROM (SELECT count(*) AS batches FROM batch_frames GROUP BY frame_id) counted`)],
    ['stage tries that met an outage', await outages(home)],
    ['incidents', await counted("SELECT state AS name, count(*) FROM incidents GROUP BY 1")],
    ['messages', await counted(`
      SELECT state AS name, count(*) FROM deliveries GROUP BY 1
      UNION ALL SELECT 'tries', coalesce(sum(tries), 0)::bigint FROM deliveries UNION ALL SELECT 'uncertain', coalesce(sum(uncertain), 0)::bigint FROM deliveries`)],
    ['mails', `${mail.taken.length} taken, ${mail.taken.length - ids} of them second copies`],
    ...struckByKind(plan),
  ];
}

function struckByKind(plan: readonly PlannedFault[]): Summary {
  return [...new Set(plan.map(({ fault }) => fault.kind))].sort().map((kind) => {
    const struck = count(plan.filter(({ fault }) => fault.kind === kind).map(({ fault }) => fault.name));
    return [`fault: ${kind}`, listed(struck)];
  });
}

/** From the logs of the processes: the ledger keeps only what a try brought to an end. */
async function outages(home: string): Promise<string> {
  const logs = await Promise.all((await readdir(join(home, 'log'))).map((name) => readFile(join(home, 'log', name), 'utf8')));
  const codes = logs.flatMap((log) => log.split('\n').filter((line) => line.includes('"msg":"stage try failed"')))
    .map((line) => /"message":"(\w+):/.exec(line)?.[1] ?? 'other');
  return listed(count(codes)) || 'none';
}

function count(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

const listed = (counts: ReadonlyMap<string, number>): string => [...counts].sort().map(([name, times]) => `${times} ${name}`).join(', ');

export function summaryLines({ laws, summary }: ChaosReport): string[] {
  const width = Math.max(...summary.map(([what]) => what.length));
  return [
    ...summary.map(([what, figure]) => `${what.padEnd(width)}  ${figure}`),
    ...laws.flatMap(({ law, breaches }) => [`${breaches.length === 0 ? 'held  ' : 'BROKEN'}  ${law}`, ...breaches.map((breach) => `        ${breach}`)]),
  ];
}
