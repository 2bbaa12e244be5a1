/** People who answer by the API or by the link in a mail. Whoever texts or presses a key does so at a telephone (telephones.ts). */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResponseWay } from '../../../contracts/response.ts';
import { until } from '../../support/plant.ts';
import type { TestPlant } from '../../support/plant.ts';
import type { AlertPlant } from './alert-plant.ts';
import { PUBLIC_URL } from './alert-plant.ts';
import type { Household, Visit } from './households.ts';

/** An answer whose HTTP answer came back: from then on Watchpost has no excuse. */
export interface Answered {
  readonly incidentId: string;
  readonly way: ResponseWay;
  /** Clock of the database, after the answer came back. */
  readonly atMs: number;
}

/** Null: not by these ways, or it was over before. */
export async function answerVisit(plant: AlertPlant, { contacts }: Household, { deviceId, answer }: Visit): Promise<Answered | null> {
  if (answer?.way !== 'api' && answer?.way !== 'link') return null;
  const incidentId = await until(`${deviceId} to be told of`, async () => {
    const { rows: [row] } = await plant.pool.query<{ incident_id: string }>('SELECT incident_id FROM incidents WHERE device_id = $1 AND told_at IS NOT NULL', [deviceId]);
    return row?.incident_id;
  }, PATIENCE_MS);
  await sleep(answer.afterMs);
  if (answer.way === 'api') {
    const path = answer.kind === 'acknowledge' ? 'ack' : 'label';
    // Whoever gets no answer presses again.
    await until('the API to take an answer', async () => plant.call('POST', `/v1/incidents/${incidentId}/${path}`, path === 'label' ? { label: answer.kind } : undefined));
  } else {
    const reader = contacts.find(({ channel, asleep, refused }) => channel === 'email' && !asleep && !refused)!;
    const link = await until(`a link for ${reader.contactId}`, async () => (await plant.mail.mailsTo(reader.address)).flatMap(({ text }) => LINK.exec(text)?.[0] ?? [])[0], PATIENCE_MS);
    await until('the page of a link to take an answer', async () => {
      const { status } = await fetch(link.replace(PUBLIC_URL, plant.plant.baseUrl), { method: 'POST', body: new URLSearchParams({ action: answer.kind }), redirect: 'manual' });
      return status === 303;
    });
  }
  return { incidentId, way: answer.way, atMs: await databaseNow(plant) };
}

const LINK = /https:\/\/watch\.example\.org\/i\/[\w-]{48}/;
/** A frame waits for the processes that it needs, and a mail for its next try. */
const PATIENCE_MS = 600_000;

export const databaseNow = ({ pool }: Pick<TestPlant, 'pool'>): Promise<number> => until('the clock of the database', async () => {
  const { rows: [clock] } = await pool.query<{ ms: number }>('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms');
  return clock?.ms;
});
