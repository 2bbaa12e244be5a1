/** Far more matches than anybody wants to read about: how many messages they end in, and what becomes of the rest. */
import { query } from '../../adapters/postgres/pool.ts';
import { startAlertStage } from '../../test/support/alert-stage.ts';
import { spreadOf } from '../pipeline/measure/percentiles.ts';
import type { Spread } from '../pipeline/measure/percentiles.ts';
import { pass } from '../pipeline/plant-under-load.ts';
import { accountsOf, putAccounts, putRules } from './accounts.ts';
import type { Account } from './accounts.ts';
import { tellDigests } from './digests.ts';
import type { IncidentPlant } from './incident-plant.ts';
import { judge } from './judged-frames.ts';
import type { FrameToJudge } from './judged-frames.ts';
import { underWay, untilNone } from './messages.ts';
import { raiseAll } from './raise-all.ts';

export interface StormShape {
  readonly name: string;
  readonly users: number;
  /** Of each user. */
  readonly devices: number;
  /** All of them have these. */
  readonly rules: number;
  /** So many of them match each frame. */
  readonly matchesPerFrame: number;
}

export interface Storm extends StormShape {
  readonly matches: number;
  readonly seconds: number;
  /** How much later than it came the latest batch was taken up. */
  readonly lateMs: number;
  readonly incidents: number;
  /** What the mail server took, digests apart. */
  readonly messages: number;
  /** Of each user so many, or as many as there were incidents. */
  readonly budget: number;
  /** Incidents that nobody was told of at once. */
  readonly heldBack: number;
  readonly digests: number;
  /** Lines in the stories of these incidents. */
  readonly events: number;
  /** The decision's transaction, by the matches in it. */
  readonly decisionMsPerMatch: Spread;
  /** What should not have been, in words. */
  readonly faults: readonly string[];
}

/** Matches that come in a minute, however many there are. */
const A_MINUTE = 10_000;
/** What comes within a quarter of a second goes into one batch, as it would while others are in flight. */
const BATCH_MS = 250;
/** Batches side by side: fewer than lie between two frames of a device, which are decided in order as their lane would have it. */
const SIDE_BY_SIDE = 4;

export async function storm(under: IncidentPlant, shape: StormShape, matches: number, say: (line: string) => void): Promise<Storm> {
  const { pool } = under;
  const lastsMs = matches / A_MINUTE * 60_000;
  const accounts = accountsOf(shape.name, shape.users, shape.devices);
  await putAccounts(pool, accounts);
  const frames = framesOf(shape, accounts, await putRules(under.plant, shape.rules), matches, lastsMs);
  await untilHourHasRoom(lastsMs, say);
  const batches = await judge(pool, frames, under.picture, Math.max(1, Math.round(frames.length / lastsMs * BATCH_MS)));
  const stage = startAlertStage(pool, under.alert);
  const startedAt = performance.now();
  const lateMs = await raiseAll(stage, batches, ({ inMs }) => inMs, SIDE_BY_SIDE);
  const seconds = (performance.now() - startedAt) / 1000;
  say(`${shape.name}: ${matches} matches decided in ${seconds.toFixed(0)} s`);
  await untilNone('messages under way', () => underWay(pool));

  const messages = mailsTo(under, accounts);
  const books = await booksOf(under, accounts);
  const digests = await tellDigests(under, accounts.map(({ userId }) => userId));
  return {
    ...shape, matches, seconds, lateMs, messages, digests, incidents: total(books, 'incidents'), heldBack: total(books, 'held'), events: total(books, 'events'),
    budget: books.reduce((sum, { incidents }) => sum + Math.min(under.messagesPerHour, incidents), 0),
    decisionMsPerMatch: spreadOf(stage.decisions.map((decision) => decision.ms / decision.matches)),
    faults: faultsIn(books, messages, under.messagesPerHour),
  };
}

/** At even moments; devices take turns, and from turn to turn other rules match. */
function framesOf({ rules, matchesPerFrame }: StormShape, accounts: readonly Account[], ruleIds: readonly string[], matches: number, lastsMs: number): FrameToJudge[] {
  const cameras = accounts.flatMap(({ userId, devices }) => devices.map((deviceId) => ({ userId, deviceId })));
  const count = Math.ceil(matches / matchesPerFrame);
  return Array.from({ length: count }, (_, n) => {
    const turn = Math.floor(n / cameras.length);
    return {
      ...cameras[n % cameras.length]!, inMs: n / count * lastsMs,
      rules: Array.from({ length: matchesPerFrame }, (__, rule) => ruleIds[(turn * matchesPerFrame + rule) % rules]!),
    };
  });
}

/** Budgets are those of hours by the clock: a storm over the end of one would have two. */
async function untilHourHasRoom(lastsMs: number, say: (line: string) => void): Promise<void> {
  const leftMs = 3_600_000 - Date.now() % 3_600_000;
  // Twice: a slow machine takes longer than the storm itself.
  if (leftMs > 2 * lastsMs) return;
  say(`waiting ${Math.ceil(leftMs / 1000)} s for the next hour, so that the storm has one budget`);
  await pass(leftMs / 1000 + 1);
}

const mailsTo = ({ mail }: IncidentPlant, accounts: readonly Account[]): number => accounts.reduce((sum, { userId }) => sum + (mail.takenBy.get(userId) ?? 0), 0);

interface Books { readonly userId: string; readonly incidents: number; readonly held: number; readonly events: number; readonly messages: number; readonly mostInAnHour: number }

const booksOf = ({ pool }: IncidentPlant, accounts: readonly Account[]): Promise<Books[]> => query<Books & Record<string, unknown>>(pool, `
  SELECT user_id AS "userId", (SELECT count(*) FROM incidents WHERE incidents.user_id = asked.user_id) AS incidents,
         (SELECT count(DISTINCT incident_id) FROM held_back WHERE held_back.user_id = asked.user_id) AS held,
         (SELECT count(*) FROM incident_events JOIN incidents USING (incident_id) WHERE incidents.user_id = asked.user_id) AS events,
         coalesce(sum(hour.messages), 0)::int AS messages, coalesce(max(hour.messages), 0)::int AS "mostInAnHour"
  FROM unnest($1::text[]) AS asked (user_id)
  LEFT JOIN LATERAL (
    SELECT count(*) AS messages FROM deliveries JOIN incidents USING (incident_id) WHERE incidents.user_id = asked.user_id
    GROUP BY date_trunc('hour', deliveries.created_at)) hour ON true
  GROUP BY user_id`, [accounts.map(({ userId }) => userId)]);

const total = (books: readonly Books[], what: 'incidents' | 'held' | 'events' | 'messages'): number => books.reduce((sum, user) => sum + user[what], 0);

function faultsIn(books: readonly Books[], mails: number, perHour: number): string[] {
  return [
    ...books.filter(({ mostInAnHour }) => mostInAnHour > perHour).map(({ userId, mostInAnHour }) => `${userId} got ${mostInAnHour} messages in an hour; ${perHour} are allowed`),
    ...books.filter(({ messages, incidents }) => messages < Math.min(perHour, incidents)).map(({ userId, messages, incidents }) => `${userId} got ${messages} messages about ${incidents} incidents, although ${perHour} are allowed`),
    ...books.filter(({ messages, held, incidents }) => messages + held !== incidents).map(({ userId, messages, held, incidents }) => `of ${incidents} incidents of ${userId} ${messages} were told and ${held} held back`),
    ...(mails === total(books, 'messages') ? [] : [`the mail server took ${mails} messages; the outbox has ${total(books, 'messages')}`]),
  ];
}
