/** What must stand nowhere but in the settings, and a look for it everywhere else. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Pool } from '../../../adapters/postgres/pool.ts';
import { EXIM_LOGIN } from '../../adapters/channels/email/exim.ts';
import { TWILIO_ACCOUNT } from '../../adapters/channels/twilio/twilio-peer.ts';

export const ROUTING_KEY = 'R0utingKeyOfTheGuards00000000042';
export const SIGNING_SECRET = 'signs-links-and-webhooks-of-the-chaos-of-alerts';

/** In the forms in which they travel. */
export const SECRETS: Readonly<Record<string, string>> = {
  'token of Twilio': TWILIO_ACCOUNT.authToken,
  'login at Twilio': Buffer.from(`${TWILIO_ACCOUNT.accountSid}:${TWILIO_ACCOUNT.authToken}`).toString('base64'),
  'password of the mail server': EXIM_LOGIN.pass,
  'password of the mail server, in its URL': encodeURIComponent(EXIM_LOGIN.pass),
  'login at the mail server': Buffer.from(`\0${EXIM_LOGIN.user}\0${EXIM_LOGIN.pass}`).toString('base64'),
  'routing key of PagerDuty': ROUTING_KEY,
  'signing secret': SIGNING_SECRET,
};

export interface Searched {
  readonly where: string;
  readonly text: string;
}

/** One line for each secret that stands where none may. Incidents stand in each kind of place: where none was found, nothing was looked at. */
export function leaksIn(places: readonly Searched[], incidentIds: readonly string[], kinds: readonly string[]): string[] {
  const blind = kinds.filter((kind) => !places.some(({ where, text }) => where.startsWith(kind) && incidentIds.some((id) => text.includes(id))));
  return [
    ...blind.map((kind) => `the look into ${kind} found not even an incident`),
    ...places.flatMap(({ where, text }) => Object.entries(SECRETS).filter(([, secret]) => text.includes(secret)).map(([name]) => `${name} in ${where}`)),
  ];
}

export async function searchLogs(home: string): Promise<Searched[]> {
  const folder = join(home, 'log');
  return Promise.all((await readdir(folder)).map(async (name) => ({ where: `log ${name}`, text: await readFile(join(folder, name), 'utf8') })));
}

/** Every column of every table, as text. */
export async function searchTables(pool: Pool): Promise<Searched[]> {
  const { rows: tables } = await pool.query<{ name: string }>("SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'");
  return Promise.all(tables.map(async ({ name }) => {
    const { rows } = await pool.query<{ row: string }>(`SELECT one::text AS row FROM ${name} one`);
    return { where: `table ${name}`, text: rows.map(({ row }) => row).join('\n') };
  }));
}

/** Every history that Temporal still has. */
export async function searchHistories(client: Client): Promise<Searched[]> {
  const found: Searched[] = [];
  for await (const { workflowId, runId } of client.workflow.list()) {
    found.push({ where: `history ${workflowId}`, text: textsIn(await client.workflow.getHandle(workflowId, runId).fetchHistory()).join('\n') });
  }
  return found;
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
