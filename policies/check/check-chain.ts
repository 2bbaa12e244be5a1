/** An escalation chain before it is saved: levels that tell somebody, waits that a person can keep up with, and no severity that nobody hears of. */
import type { Channel } from '../../contracts/delivery.ts';
import { MAX_LEVELS, MAX_REPEATS, MAX_WAIT_SECONDS, MIN_WAIT_SECONDS } from '../../contracts/escalation.ts';
import type { Level } from '../../contracts/escalation.ts';
import { SEVERITIES } from '../../contracts/severity.ts';

/** Each refuses the save. */
export type ChainProblemCode = 'levels_missing' | 'levels_too_many' | 'level_empty' | 'level_repeats_itself' | 'wait_out_of_range' | 'repeats_out_of_range';

export type ChainWarningCode = 'severity_untold' | 'contact_on_other_channel' | 'contact_switched_off';

export interface ChainProblem<Code = ChainProblemCode> {
  /** Of the level in the list, from 0; null: of the chain as a whole. */
  readonly level: number | null;
  readonly code: Code;
  /** What is wrong and how to mend it. */
  readonly message: string;
}

/** Empty when the chain may be saved. */
export function checkChain(levels: readonly Level[]): ChainProblem[] {
  if (levels.length === 0) return [{ level: null, code: 'levels_missing', message: 'A chain without a level tells nobody; give it one.' }];
  if (levels.length > MAX_LEVELS) {
    return [{ level: null, code: 'levels_too_many', message: `A chain has at most ${MAX_LEVELS} levels, and this one has ${levels.length}; nobody waits for the last of them.` }];
  }
  return levels.flatMap((level, index) => [...faultsOf(level)].map(([code, message]): ChainProblem => ({ level: index, code, message })));
}

function* faultsOf({ channels, contacts, severities, waitSeconds, repeats }: Level): Generator<[ChainProblemCode, string]> {
  if (channels.length === 0 || contacts?.length === 0) yield ['level_empty', 'It tells nobody; name channels, contacts or both.'];
  if (severities.length === 0) yield ['level_empty', 'It is there for no severity; name some, or leave them out for all.'];
  for (const [what, names] of [['channel', channels], ['contact', contacts ?? []], ['severity', severities]] as const) {
    const repeated = names.find((name, index) => (names as readonly string[]).indexOf(name) < index);
    if (repeated !== undefined) yield ['level_repeats_itself', `The ${what} ${repeated} stands there twice; to tell somebody again, give it repeats.`];
  }
  if (!(waitSeconds >= MIN_WAIT_SECONDS && waitSeconds <= MAX_WAIT_SECONDS)) {
    yield ['wait_out_of_range', `It waits ${waitSeconds} s, and a wait is ${MIN_WAIT_SECONDS} s to ${MAX_WAIT_SECONDS} s: less is no time to answer, more is a day off.`];
  }
  if (!(repeats >= 0 && repeats <= MAX_REPEATS)) yield ['repeats_out_of_range', `It is told again ${repeats} times, and 0 to ${MAX_REPEATS} are possible.`];
}

export interface ChainContact {
  readonly contactId: string;
  readonly channel: Channel;
  readonly enabled: boolean;
}

/** Of a chain that may be saved, and of the contacts that it names as they are now. */
export function chainWarnings(levels: readonly Level[], contacts: readonly ChainContact[]): ChainProblem<ChainWarningCode>[] {
  const untold = SEVERITIES.filter((severity) => !levels.some(({ severities }) => severities.includes(severity)));
  const byId = new Map(contacts.map((contact) => [contact.contactId, contact]));
  return [
    ...untold.map((severity) => ({ level: null, code: 'severity_untold' as const, message: `No level is there for what is ${severity}: nobody is ever told of it. Add the severity to a level if that is not meant.` })),
    ...levels.flatMap((level, index) => (level.contacts ?? []).flatMap((contactId) => {
      const contact = byId.get(contactId);
      return contact === undefined ? [] : [...doubtsOf(level, contact)].map(([code, message]) => ({ level: index, code, message }));
    })),
  ];
}

function* doubtsOf({ channels }: Level, { contactId, channel, enabled }: ChainContact): Generator<[ChainWarningCode, string]> {
  if (!channels.includes(channel)) yield ['contact_on_other_channel', `The contact ${contactId} is told by ${channel}, which is none of the channels of this level (${channels.join(', ')}): it is passed by.`];
  if (!enabled) yield ['contact_switched_off', `The contact ${contactId} is switched off: it is passed by until it is enabled.`];
}
