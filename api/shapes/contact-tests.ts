/** What became of a test message, and what a webhook is signed with. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { CHANNELS } from '../../contracts/delivery.ts';
import { FAILURES } from '../../contracts/failures.ts';
import type { FailureCode } from '../../contracts/failures.ts';
import { Count, nullable, oneOf } from './primitives.ts';

export const ContactTest = Type.Object({
  deliveryKey: Type.String({ description: 'Names the message, here and at the provider.' }),
  channel: oneOf(CHANNELS),
  address: Type.String({ description: 'Where it went.' }),
  outcome: oneOf(['delivered', 'refused', 'unavailable'], '`delivered`: the provider took it; `refused`: it said no for good; `unavailable`: it did not answer, or asked to try later.'),
  provider: nullable(Type.String({ description: 'Who took it: `smtp`, `twilio`, ...; null unless delivered.' })),
  providerId: nullable(Type.String({ description: 'Id that the provider gave; null unless delivered.' })),
  answer: Type.String({ description: 'What the provider said, or what went wrong before it was asked.' }),
  uncertain: Type.Boolean({ description: 'True: no answer came, but it may have arrived all the same.' }),
  code: nullable(oneOf(Object.keys(FAILURES) as FailureCode[], 'Failure code; null when delivered.')),
  operator: nullable(Type.String({ description: 'What to do about it; null when delivered.' })),
  ms: Count('How long it took.'),
});

export const ContactSecret = Type.Object({ contactId: Type.String(), secret: Type.String({ description: 'Of Standard Webhooks: `whsec_` and base64.' }) });

export type ContactTest = Static<typeof ContactTest>;
export type ContactSecret = Static<typeof ContactSecret>;
