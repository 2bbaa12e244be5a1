/** Thousands of incidents open on one incident worker: what they take while nothing is due, how soon people are told, and how soon all of them are over. */
import { query } from '../../adapters/postgres/pool.ts';
import { respond } from '../../adapters/postgres/responses.ts';
import { DEFAULT_CHAIN, MAX_WAIT_SECONDS } from '../../contracts/escalation.ts';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { cpuBetween, sampleCpu } from '../pipeline/measure/cpu-meter.ts';
import { spreadOf } from '../pipeline/measure/percentiles.ts';
import type { Spread } from '../pipeline/measure/percentiles.ts';
import { residentMb } from '../pipeline/measure/resident.ts';
import { pass } from '../pipeline/plant-under-load.ts';
import { accountsOf, putAccounts, putRules } from './accounts.ts';
import type { Account } from './accounts.ts';
import { raiseAll, startAlertStage } from './alert-stage.ts';
import { startMeter } from './cpu-sum.ts';
import type { IncidentPlant } from './incident-plant.ts';
import { judge } from './judged-frames.ts';
import { timesToNotify, underWay, untilNone } from './messages.ts';

export interface ManyOpen {
  readonly incidents: number;
  /** Resident memory by process, at so many open. */
  readonly looks: readonly { readonly open: number; readonly mb: Readonly<Record<string, number>> }[];
  /** Opened as fast as people are told. */
  readonly fastest: { readonly perSecond: number; readonly count: number };
  readonly steady: { readonly perSecond: number; readonly open: number; readonly ms: Spread };
  readonly burst: { readonly open: number; readonly ms: Spread };
  /** Nothing due. Shares of one core by process. */
  readonly idle: { readonly seconds: number; readonly cores: Readonly<Record<string, number>> };
  /** By process, from the opening to the end, without what idles. */
  readonly lifeCpuMs: Readonly<Record<string, number>>;
  readonly answered: { readonly count: number; readonly seconds: number };
  readonly ended: { readonly count: number; readonly seconds: number };
}

export interface ManyOpenLengths {
  readonly steadySeconds: number;
  readonly idleSeconds: number;
}

/** The waits of the default chain are minutes, in which a slow machine may not open all. A day for its first, and nothing is due before the bench says so. */
const PATIENT = { chainId: 'patient', levels: DEFAULT_CHAIN.levels.map((level) => ({ ...level, waitSeconds: MAX_WAIT_SECONDS })) } as const;
/** Messages on their way while incidents are opened as fast as they go: more than the worker has in hand at once. */
const ON_THE_WAY = 64;
/** Of the fastest. */
const STEADY_SHARE = 0.5;
const BURST = 200;
/** Somebody answers every fifth. */
const ANSWERED_SHARE = 0.2;
const SEED = 20_261_121;
/** Bells rung side by side. */
const RINGERS = 16;

export async function manyOpen(under: IncidentPlant, incidents: number, { steadySeconds, idleSeconds }: ManyOpenLengths, say: (line: string) => void): Promise<ManyOpen> {
  const { plant, pool } = under;
  const accounts = accountsOf('open', incidents, 1);
  await putAccounts(pool, accounts, PATIENT);
  const [ruleId] = await putRules(plant, 1);
  const stage = startAlertStage(pool, under.alert);
  const meter = startMeter(under.metered);
  const looks: { open: number; mb: Record<string, number> }[] = [];
  const look = async (): Promise<void> => {
    const mb = await Promise.all(under.metered().filter(({ name }) => name !== 'postgres').map(async ({ name, pid }) => [name, await residentMb(pid)] as const));
    looks.push({ open: await openNow(under), mb: Object.fromEntries(mb) });
    say(`${looks.at(-1)!.open} open`);
  };
  let opened = 0;
  /** Opens as many more, in the way that `raise` says, and waits until all are told. */
  const openMore = async (count: number, whenMs: (index: number) => number, pressed = false): Promise<{ devices: string[]; seconds: number }> => {
    const some: Account[] = accounts.slice(opened, opened + count);
    opened += some.length;
    const devices = some.map(({ devices: [deviceId] }) => deviceId!);
    const batches = await judge(pool, some.map(({ userId }, n) => ({ userId, deviceId: devices[n]!, rules: [ruleId!], inMs: 0 })), under.picture, 1);
    const startedAt = performance.now();
    await meter.during(async () => {
      if (pressed) for (let at = 0; at < batches.length;) {
        const room = ON_THE_WAY - await underWay(pool);
        if (room <= 0) await pass(0.01);
        else await raiseAll(stage, batches.slice(at, at += room), () => 0);
      } else await raiseAll(stage, batches, (_, index) => whenMs(index));
      await untilNone('messages under way', () => underWay(pool));
    });
    return { devices, seconds: (performance.now() - startedAt) / 1000 };
  };

  await look();
  const first = await openMore(Math.ceil(incidents / 5), () => 0, true);
  await look();
  const fastest = { count: first.devices.length, perSecond: first.devices.length / first.seconds };
  const burstSize = Math.min(BURST, Math.ceil(incidents / 10));
  const perSecond = fastest.perSecond * STEADY_SHARE;
  const steadyCount = Math.min(Math.ceil(perSecond * steadySeconds), incidents - opened - burstSize);
  const moments = randomMoments(steadyCount, perSecond);
  say(`told at most ${fastest.perSecond.toFixed(1)}/s; now ${perSecond.toFixed(1)}/s`);
  const steady = { perSecond, open: opened, ms: spreadOf(await timesToNotify(pool, (await openMore(steadyCount, (index) => moments[index]!)).devices)) };
  await openMore(incidents - opened - burstSize, () => 0, true);
  const burst = { open: opened, ms: spreadOf(await timesToNotify(pool, (await openMore(burstSize, () => 0)).devices)) };
  await look();

  const before = await sampleCpu(under.metered());
  await pass(idleSeconds);
  const { msByProcess } = cpuBetween(before, await sampleCpu(under.metered()));
  const idle = { seconds: idleSeconds, cores: Object.fromEntries(Object.entries(msByProcess).map(([name, ms]) => [name, ms / (idleSeconds * 1000)])) };

  const answered = await meter.during(() => answerSome(under, Math.ceil(incidents * ANSWERED_SHARE)));
  say(`${answered.count} answered`);
  const ended = await meter.during(() => endAll(under));
  return { incidents, looks, fastest, steady, burst, idle, lifeCpuMs: meter.sumPerThing(incidents, idle.cores), answered, ended };
}

/** As people come: independent of each other (a Poisson process). */
function randomMoments(count: number, perSecond: number): number[] {
  const random = seededRandom(SEED);
  let atMs = 0;
  return Array.from({ length: count }, () => (atMs += -Math.log(1 - random()) / perSecond * 1000));
}

const count = async ({ pool }: IncidentPlant, where: string): Promise<number> =>
  (await query<{ incidents: number }>(pool, `SELECT count(*) AS incidents FROM incidents WHERE user_id LIKE 'open-%' AND ${where}`))[0]!.incidents;
const openNow = (under: IncidentPlant): Promise<number> => count(under, "state <> 'closed'");

/** As the API does it: the row, and the bell. Until each workflow has looked and waits again. */
async function answerSome(under: IncidentPlant, some: number): Promise<{ count: number; seconds: number }> {
  const rows = await query<{ incident_id: string }>(under.pool, "SELECT incident_id FROM incidents WHERE state = 'open' AND user_id LIKE 'open-%' ORDER BY incident_id LIMIT $1", [some]);
  const ids = rows.map((row) => row.incident_id);
  const startedAt = performance.now();
  await sideBySide(ids, async (incidentId) => {
    await respond(under.pool, { incidentId, kind: 'acknowledge', way: 'api', contactId: null, said: null, knownHours: null }, null);
    await under.alert.doorbell.ring(incidentId);
  });
  await untilNone('answers that no workflow has looked at', () => count(under, "state = 'acknowledged' AND next_due_at <= now()"));
  return { count: ids.length, seconds: (performance.now() - startedAt) / 1000 };
}

/** A day passes: whoever was asked did not answer, and all is quiet. */
async function endAll(under: IncidentPlant): Promise<{ count: number; seconds: number }> {
  const back = `- ${MAX_WAIT_SECONDS} * interval '1 second'`;
  const rows = await query<{ incident_id: string }>(under.pool, `
    UPDATE incidents SET told_at = told_at ${back}, last_joined_at = last_joined_at ${back}, next_due_at = now() WHERE state <> 'closed' AND user_id LIKE 'open-%' RETURNING incident_id`);
  await query(under.pool, `UPDATE deliveries SET created_at = created_at ${back}, delivered_at = delivered_at ${back}`);
  const startedAt = performance.now();
  await sideBySide(rows.map((row) => row.incident_id), (incidentId) => under.alert.doorbell.ring(incidentId));
  await untilNone('incidents that do not end', () => openNow(under));
  return { count: rows.length, seconds: (performance.now() - startedAt) / 1000 };
}

async function sideBySide<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: RINGERS }, async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  }));
}
