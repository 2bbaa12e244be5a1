/** Whom a chain tells while nobody answers, step by step, as the glossary and the API promise it: written anew, so that the product is not held against itself. Pure. */
import type { IncidentTelling } from '../../../contracts/delivery.ts';
import { CALLS_PER_CONTACT } from '../../../contracts/escalation.ts';
import type { Chain } from '../../../contracts/escalation.ts';
import type { PlannedContact } from './households.ts';

export interface ChainStep {
  readonly telling: IncidentTelling;
  readonly level: number;
  readonly contacts: readonly string[];
}

/** `first`: what the first of its messages says. Who sleeps is passed by. */
export function wholeChain({ levels }: Chain, contacts: readonly PlannedContact[], first: IncidentTelling): ChainStep[] {
  const awake = contacts.filter(({ asleep }) => !asleep);
  const steps: ChainStep[] = [];
  for (const [level, { channels, repeats }] of levels.entries()) {
    const here = awake.filter(({ channel }) => channels.includes(channel));
    if (here.length === 0) continue;
    const telephones = here.filter(({ channel }) => channel === 'call').flatMap(({ contactId }) => Array.from({ length: CALLS_PER_CONTACT }, () => contactId));
    const [firstCall, ...furtherCalls] = telephones;
    const together = here.filter(({ channel, contactId }) => channel !== 'call' || contactId === firstCall).map(({ contactId }) => contactId);
    for (let told = 0; told <= repeats; told += 1) {
      steps.push({ telling: told > 0 ? 'repeated' : steps.length === 0 ? first : 'escalated', level, contacts: together });
      for (const contactId of furtherCalls) steps.push({ telling: 'repeated', level, contacts: [contactId] });
    }
  }
  return steps;
}

export const sayStep = ({ telling, level, contacts }: ChainStep): string => `${telling} ${level} ${contacts.join('+')}`;
