/** A text message from somebody whom we told of something: which incident it is about, what it says, and what is answered. */
import type { FastifyBaseLogger } from 'fastify';
import type { Answering } from '../adapters/channels/twilio/callback.ts';
import { countUnderstoodNot } from '../adapters/postgres/incident-answers.ts';
import type { Pool } from '../adapters/postgres/pool.ts';
import { incidentAnsweredBy, incidentsTold, keepUnderstoodNot, respond } from '../adapters/postgres/responses.ts';
import type { Answered, ToldIncident } from '../adapters/postgres/responses.ts';
import type { ResponseKind } from '../contracts/response.ts';
import { knownTimeZone, localTime } from '../contracts/time.ts';
import { isForProvider, meaningOf } from './reply-words.ts';

const HOUR_MS = 3_600_000;
/** A "1" means what was told last; after a day it more likely means something else. */
const ANSWERABLE_MS = 24 * HOUR_MS;
/** Whoever was told anything in this time hears at least that nothing is open. */
const KNOWN_MS = 30 * ANSWERABLE_MS;
/** Somebody's telephone may answer us by itself ("I am driving"), and the two would go on all night at our cost. */
const HELP_PER_HOUR = 3;

export interface Reply {
  /** Telephone number that it came from. */
  readonly address: string;
  readonly said: string;
  /** Id that the provider has for it, the same when it repeats its callback; undefined without one. */
  readonly providerId: string | undefined;
}

/** Null: nothing is answered. */
export async function answerReply(pool: Pool, { address, said, providerId }: Reply, log: Pick<FastifyBaseLogger, 'info'>): Promise<Answering | null> {
  if (isForProvider(said)) return null;
  const kind = meaningOf(said);
  const told = await incidentsTold(pool, { channel: 'sms', address, withinMs: ANSWERABLE_MS });
  // Said again, it is about what it was about, and not about the next one that is open.
  const before = providerId === undefined ? undefined : await incidentAnsweredBy(pool, providerId);
  const meant = told.find(({ incidentId }) => incidentId === before) ?? told.find(({ state }) => state === 'open') ?? told.find(({ state }) => state !== 'closed') ?? told[0];
  if (meant === undefined) {
    const known = (await incidentsTold(pool, { channel: 'sms', address, withinMs: KNOWN_MS })).length > 0;
    log.info({ known }, 'a text message about nothing that was told of late');
    return known && kind !== undefined ? { heard: 'nothing_open' } : null;
  }
  const { incidentId, contactId, state } = meant;
  const named = providerId === undefined ? {} : { providerId };
  if (kind === undefined) {
    await keepUnderstoodNot(pool, { incidentId, way: 'sms', contactId, said, ...named });
    // Where all is over, "thank you" needs no help.
    return state !== 'closed' && await countUnderstoodNot(pool, { incidentId, contactId, withinMs: HOUR_MS }) <= HELP_PER_HOUR ? { heard: 'unclear' } : null;
  }
  const heard = heardOf(kind, await respond(pool, { incidentId, kind, way: 'sms', contactId, said, knownHours: null, ...named }, null));
  return { heard, about: nameOf(meant), also: othersOf(told, meant) };
}

/** Who takes charge of what is over already hears so. */
export const heardOf = (kind: ResponseKind, { state }: Answered): Answering['heard'] =>
  (kind === 'acknowledge' && (state === 'resolved' || state === 'closed') ? 'nothing_open' : kind);

/** As the message said it, as far as it is known without its pictures. */
const nameOf = ({ ruleName, deviceName, openedAt, timeZone }: ToldIncident): string =>
  `${short(ruleName)}, ${localTime(openedAt, knownTimeZone(timeZone)).slice(11, 16)}, camera ${short(deviceName)}`;

function othersOf(told: readonly ToldIncident[], meant: ToldIncident): string | null {
  const others = told.filter(({ incidentId, state }) => state === 'open' && incidentId !== meant.incidentId).length;
  if (others === 0) return null;
  return others === 1 ? '1 other is open: see your mail.' : `${others} others are open: see your mail.`;
}

/** Names are as long as their authors like, and an answer is one text message. */
const NAME_LIMIT = 40;

function short(name: string): string {
  const characters = [...name.replace(/[\p{Cc}\s]+/gu, ' ').trim()];
  return characters.length <= NAME_LIMIT ? characters.join('') : `${characters.slice(0, NAME_LIMIT - 1).join('')}…`;
}
