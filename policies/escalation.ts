/**
 * Who is told next. One pure function over what is known of an incident (or of an equipment notice) and the clock of the database; whoever calls carries it out
 * and asks again. Nothing is remembered but what stands in the ledger, so it goes on after any restart.
 *
 * A level is told once and `repeats` times more, each time after its wait; then comes the next level that this severity has. Messages of a level go out together.
 * Calls ring one after the other, each contact twice in order, because two telephones that ring at once make two people drive.
 */
import { CALLS_PER_CONTACT } from '../contracts/escalation.ts';
import type { Chain, Level } from '../contracts/escalation.ts';
import type { Channel, IncidentTelling } from '../contracts/delivery.ts';
import type { Severity } from '../contracts/severity.ts';

/** Somebody who can be told, in the order of telling. */
export interface Reachable {
  readonly contactId: string;
  readonly channel: Channel;
  /** Of the user whose incident it is; others are told only where a level names them. */
  readonly own: boolean;
  /** When its quiet time ends, ms; null when it may be told now. */
  readonly quietUntilMs: number | null;
}

/** A message of the level that was told last, since it was told last. */
export interface SentMessage {
  readonly contactId: string;
  readonly channel: Channel;
  readonly writtenAtMs: number;
  /** When the provider took it; null before. */
  readonly takenAtMs: number | null;
  /** It will not come: refused, given up, withdrawn, or the provider says that it did not arrive; of a call: it has ended. */
  readonly over: boolean;
}

export interface Escalation {
  readonly severity: Severity;
  /** Level that was told last; means nothing while `toldAtMs` is null. */
  readonly level: number;
  readonly repeats: number;
  /** Null while nobody was told. */
  readonly toldAtMs: number | null;
  readonly sent: readonly SentMessage[];
}

export type Step =
  /** Tell these, now. Calls among them are the first of their row. `held` sleep and are to be told by digest. */
  | { readonly kind: 'tell'; readonly telling: IncidentTelling; readonly level: number; readonly repeats: number; readonly contacts: readonly Reachable[]; readonly held: readonly Reachable[] }
  /** The next call of the level. */
  | { readonly kind: 'call'; readonly contact: Reachable }
  | { readonly kind: 'wait'; readonly untilMs: number }
  /** Everybody who could be told sleeps. */
  | { readonly kind: 'held'; readonly held: readonly Reachable[] }
  /** The chain has nobody further. */
  | { readonly kind: 'exhausted' };

/** Of calls whose end the provider does not tell: from one to the next. */
export interface CallPace {
  readonly callGapMs: number;
}

/** A provider that does not even take a call holds the row up for so many gaps, then the next one is tried: its line may be another. */
const GAPS_UNTAKEN = 5;

/** The first word: of an incident that opened, reopened or got worse. */
export function firstStep(telling: IncidentTelling, severity: Severity, chain: Chain, reachable: readonly Reachable[]): Step {
  return tellFrom(0, telling, severity, chain, reachable) ?? anybody(telling, severity, chain, reachable);
}

/** What is due for one that was told before and nobody has taken charge of. */
export function nextStep(escalation: Escalation, chain: Chain, reachable: readonly Reachable[], nowMs: number, pace: CallPace): Step {
  const { severity, level, repeats, toldAtMs, sent } = escalation;
  if (toldAtMs === null) return firstStep('opened', severity, chain, reachable);
  const current = levelAt(level, severity, chain, reachable);
  const calls = sent.filter(({ channel }) => channel === 'call');
  const last = calls.at(-1);
  const busyUntilMs = last === undefined ? null : endOfCall(last, pace.callGapMs);
  if (busyUntilMs !== null && busyUntilMs > nowMs) return { kind: 'wait', untilMs: busyUntilMs };
  const nextCall = current === undefined ? undefined : nextInRow(contactsOf(current, reachable), calls);
  if (nextCall !== undefined) return { kind: 'call', contact: nextCall };

  const dueAtMs = noneArrives(sent) ? nowMs : Math.max(toldAtMs, last?.writtenAtMs ?? 0) + (current?.waitSeconds ?? 0) * 1000;
  if (dueAtMs > nowMs) return { kind: 'wait', untilMs: dueAtMs };
  if (current !== undefined && repeats < current.repeats) {
    const again = tellLevel(level, repeats + 1, 'repeated', severity, current, reachable);
    if (again !== null && again.contacts.length > 0) return again;
  }
  return tellFrom(level + 1, 'escalated', severity, chain, reachable) ?? { kind: 'exhausted' };
}

type Tell = Extract<Step, { kind: 'tell' }>;

/** The first level from there on on which somebody is awake; who sleeps on the way is held. Null when there is none. */
function tellFrom(from: number, telling: IncidentTelling, severity: Severity, chain: Chain, reachable: readonly Reachable[]): Tell | null {
  const held: Reachable[] = [];
  for (const [level, row] of chain.levels.entries()) {
    const told = level < from ? null : tellLevel(level, 0, telling, severity, row, reachable);
    if (told === null) continue;
    held.push(...told.held);
    if (told.contacts.length > 0) return { ...told, held };
  }
  return null;
}

function tellLevel(level: number, repeats: number, telling: IncidentTelling, severity: Severity, row: Level, reachable: readonly Reachable[]): Tell | null {
  if (!row.severities.includes(severity)) return null;
  const contacts = contactsOf(row, reachable);
  const awake = contacts.filter(({ quietUntilMs }) => quietUntilMs === null);
  const firstCall = awake.find(({ channel }) => channel === 'call');
  return {
    kind: 'tell', telling, level, repeats,
    contacts: awake.filter((contact) => contact.channel !== 'call' || contact === firstCall),
    held: contacts.filter(({ quietUntilMs }) => quietUntilMs !== null),
  };
}

/**
 * Nobody is awake on any level. Those who sleep are held. Where the levels of this severity fit no contact of the user at all, the chain does not know the user:
 * everybody is told then, because an alert that reaches nobody is the one thing that must not be. A severity without a level is told to nobody, as the chain says.
 */
function anybody(telling: IncidentTelling, severity: Severity, chain: Chain, reachable: readonly Reachable[]): Step {
  const levels = chain.levels.filter(({ severities }) => severities.includes(severity));
  const sleeping = unique(levels.flatMap((level) => contactsOf(level, reachable)));
  if (sleeping.length > 0) return { kind: 'held', held: sleeping };
  if (levels.length === 0) return { kind: 'exhausted' };
  const told = tellLevel(chain.levels.length, 0, telling, severity, everybody(severity, reachable), reachable);
  if (told === null || (told.contacts.length === 0 && told.held.length === 0)) return { kind: 'exhausted' };
  return told.contacts.length > 0 ? told : { kind: 'held', held: told.held };
}

/** A level behind the last, for users whom the chain does not know. */
const everybody = (severity: Severity, reachable: readonly Reachable[]): Level =>
  ({ channels: [], contacts: reachable.filter(({ own }) => own).map(({ contactId }) => contactId), severities: [severity], waitSeconds: 0, repeats: 0 });

const levelAt = (level: number, severity: Severity, { levels }: Chain, reachable: readonly Reachable[]): Level | undefined =>
  (level === levels.length ? everybody(severity, reachable) : levels[level]);

/** In the order of the ids that the level names, else in the user's own. */
export function contactsOf({ channels, contacts }: Level, reachable: readonly Reachable[]): Reachable[] {
  const fits = (contact: Reachable): boolean => channels.length === 0 || channels.includes(contact.channel);
  if (contacts === null) return reachable.filter((contact) => contact.own && fits(contact));
  return contacts.flatMap((id) => reachable.filter((contact) => contact.contactId === id && fits(contact)));
}

/** Each contact twice in order; those who fell asleep meanwhile are passed by. */
function nextInRow(contacts: readonly Reachable[], calls: readonly SentMessage[]): Reachable | undefined {
  if (calls.length === 0) return undefined;
  return contacts.find(({ contactId, channel, quietUntilMs }) =>
    channel === 'call' && quietUntilMs === null && calls.filter((call) => call.contactId === contactId).length < CALLS_PER_CONTACT);
}

/** When the next call may begin; null: now. */
function endOfCall({ over, takenAtMs, writtenAtMs }: SentMessage, gapMs: number): number | null {
  if (over) return null;
  return takenAtMs === null ? writtenAtMs + GAPS_UNTAKEN * gapMs : takenAtMs + gapMs;
}

/** Refused, given up or undelivered, all of it: waiting for an answer would be waiting for nobody. A call that has ended did ring. */
const noneArrives = (sent: readonly SentMessage[]): boolean => sent.length > 0 && sent.every(({ over, channel }) => over && channel !== 'call');

const unique = (contacts: readonly Reachable[]): Reachable[] => [...new Set(contacts)];
