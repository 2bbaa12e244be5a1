/** Thousands of incidents open on one incident worker: what they take while nothing is due, how soon people are told, and how soon all of them are over. */
import { DEFAULT_CHAIN, MAX_WAIT_SECONDS } from '../../contracts/escalation.ts';
import { cpuBetween, sampleCpu } from '../pipeline/measure/cpu-meter.ts';
import { spreadOf } from '../pipeline/measure/percentiles.ts';
import type { Spread } from '../pipeline/measure/percentiles.ts';
import { residentMb } from '../pipeline/measure/resident.ts';
import { pass } from '../pipeline/plant-under-load.ts';
import { accountsOf, putAccounts, putRules } from './accounts.ts';
import { startMeter } from './cpu-sum.ts';
import { answer, end, openNow } from './ending.ts';
import type { Worked } from './ending.ts';
import type { IncidentPlant } from './incident-plant.ts';
import { randomMoments, startOpening } from './opening.ts';

type ByProcess = Readonly<Record<string, number>>;

export interface ManyOpen {
  readonly incidents: number;
  /** Resident memory, MB, at so many open. */
  readonly looks: readonly { readonly open: number; readonly mb: ByProcess }[];
  /** Opened as fast as people are told: the first fifth. */
  readonly fastest: { readonly count: number; readonly perSecond: number };
  readonly steady: Told & { readonly perSecond: number };
  readonly burst: Told;
  /** Shares of one core while nothing is due. */
  readonly idleCores: ByProcess;
  /** For each incident, from its opening to its end, without what processes use anyway. */
  readonly lifeCpuMs: ByProcess;
  readonly answered: Worked;
  readonly ended: Worked;
}

interface Told {
  /** So many were open before. */
  readonly open: number;
  readonly notifyMs: Spread;
}

export interface ManyOpenLengths {
  readonly steadySeconds: number;
  readonly idleSeconds: number;
}

const NAME = 'open';
/** The waits of the default chain are minutes, in which a slow machine may not open all of them. As long as may be, and nothing is due before the bench says so. */
const PATIENT = { chainId: 'patient', levels: DEFAULT_CHAIN.levels.map((level) => ({ ...level, waitSeconds: MAX_WAIT_SECONDS })) } as const;
const FIRST_SHARE = 0.2;
/** Of the fastest. */
const STEADY_SHARE = 0.5;
const BURST = 200;
const MOST_BURST_SHARE = 0.1;
const ANSWERED_SHARE = 0.2;

export async function manyOpen(under: IncidentPlant, incidents: number, { steadySeconds, idleSeconds }: ManyOpenLengths, say: (line: string) => void): Promise<ManyOpen> {
  const accounts = accountsOf(NAME, incidents, 1);
  await putAccounts(under.pool, accounts, PATIENT);
  const [ruleId = ''] = await putRules(under.plant, 1);
  const meter = startMeter(under.metered);
  const opening = startOpening(under, accounts, ruleId, meter);
  const burstCount = Math.min(BURST, Math.ceil(incidents * MOST_BURST_SHARE));

  const looks = [await lookAt(under)];
  const fastest = { count: Math.ceil(incidents * FIRST_SHARE), perSecond: (await opening.fast(Math.ceil(incidents * FIRST_SHARE))).perSecond };
  looks.push(await lookAt(under));
  const perSecond = fastest.perSecond * STEADY_SHARE;
  say(`people are told of ${fastest.perSecond.toFixed(1)} incidents a second at most; now ${perSecond.toFixed(1)} a second are opened`);
  const steadyCount = Math.min(Math.ceil(perSecond * steadySeconds), opening.left() - burstCount);
  const steady = { open: incidents - opening.left(), perSecond, notifyMs: spreadOf((await opening.at(randomMoments(steadyCount, perSecond))).notifyMs) };
  say(`then ${opening.left() - burstCount} as fast as they go, and ${burstCount} at once`);
  await opening.fast(opening.left() - burstCount);
  const burst = { open: incidents - opening.left(), notifyMs: spreadOf((await opening.at(Array.from({ length: burstCount }, () => 0))).notifyMs) };
  looks.push(await lookAt(under));

  say(`${incidents} open; nothing is due for ${idleSeconds} s`);
  const idleCores = await idleFor(under, idleSeconds);
  const answered = await meter.during(() => answer(under, NAME, Math.ceil(incidents * ANSWERED_SHARE)));
  say(`${answered.count} answered; now all come to their end`);
  const ended = await meter.during(() => end(under, NAME));
  return { incidents, looks, fastest, steady, burst, idleCores, lifeCpuMs: meter.sumPerThing(incidents, idleCores), answered, ended };
}

async function lookAt(under: IncidentPlant): Promise<ManyOpen['looks'][number]> {
  // Of PostgreSQL one would have to say which of its processes.
  const mb = await Promise.all(under.metered().filter(({ name }) => name !== 'postgres').map(async ({ name, pid }) => [name, await residentMb(pid)] as const));
  return { open: await openNow(under, NAME), mb: Object.fromEntries(mb) };
}

async function idleFor(under: IncidentPlant, seconds: number): Promise<ByProcess> {
  const before = await sampleCpu(under.metered());
  await pass(seconds);
  const { msByProcess } = cpuBetween(before, await sampleCpu(under.metered()));
  return Object.fromEntries(Object.entries(msByProcess).map(([name, ms]) => [name, ms / (seconds * 1000)]));
}
