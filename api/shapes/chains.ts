/** Escalation chains. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { CHANNELS } from '../../contracts/delivery.ts';
import { MAX_LEVELS, MAX_REPEATS, MAX_WAIT_SECONDS, MIN_WAIT_SECONDS } from '../../contracts/escalation.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import { Id, Instant, Next, Text, list, nullable, oneOf, strict } from './primitives.ts';

/** How long and how often is held against the bounds by name (`chain_malformed`), all levels at once. */
export const LEVEL_DEFAULTS = { waitSeconds: 300, repeats: 0 } as const;

const LevelBody = Type.Object({
  channels: Type.Optional(list(oneOf(CHANNELS), { description: 'Contacts on these are told; left out beside `contacts`: whatever their channel.' })),
  contacts: Type.Optional(list(Id('A contact, also of somebody else, such as a guard service.'), {
    description: 'In order of telling; left out: all contacts of the user on the channels, in their own order.', maxItems: 100,
  })),
  severities: Type.Optional(list(oneOf(SEVERITIES), { description: 'The level is there only for these; left out: for all.' })),
  waitSeconds: Type.Optional(Type.Integer({
    description: `From telling this level to its repeat, or to the next level: ${MIN_WAIT_SECONDS} to ${MAX_WAIT_SECONDS}.`, default: LEVEL_DEFAULTS.waitSeconds,
  })),
  repeats: Type.Optional(Type.Integer({ description: `How often it is told again before the next level: 0 to ${MAX_REPEATS}.`, default: LEVEL_DEFAULTS.repeats })),
}, strict);

export const ChainBody = Type.Object({
  name: Text('As people write it.'),
  levels: list(LevelBody, { description: `One after the other until somebody answers: 1 to ${MAX_LEVELS}.`, maxItems: 100 }),
}, strict);

export const ChainShape = Type.Object({
  chainId: Type.String(),
  name: Type.String(),
  levels: list(Type.Object({
    channels: list(oneOf(CHANNELS)),
    contacts: nullable(list(Type.String())),
    severities: list(oneOf(SEVERITIES)),
    waitSeconds: Type.Integer(),
    repeats: Type.Integer(),
  })),
  warnings: list(Type.Object({
    level: nullable(Type.Integer({ description: 'In the list, from 0; null: of the chain as a whole.' })),
    code: Type.String({ description: 'Stable name: `severity_untold`, `contact_on_other_channel`, `contact_switched_off`.' }),
    message: Type.String({ description: 'What is doubtful and how to mend it.' }),
  }), { description: 'Of the chain and of the contacts that it names, as they are now.' }),
  createdAt: nullable(Instant('When it was first put; null for `default`, which is built in.')),
  updatedAt: nullable(Instant('When it was last put; null for `default`.')),
});
export const ChainPage = Type.Object({ chains: list(ChainShape), next: Next });

export type Chain = Static<typeof ChainShape>;
export type ChainBody = Static<typeof ChainBody>;
export type ChainPage = Static<typeof ChainPage>;
