/** Sends one test message to one contact now, and says what became of it. What a provider refuses is an answer here, never an error of ours. */
import type { FastifyBaseLogger } from 'fastify';
import type { ChannelFailure, TestMessage } from '../activities/ports/channel.ts';
import type { AttemptOutcome } from '../activities/ports/outbox.ts';
import { MAX_TESTS, TESTS_WITHIN_MINUTES, beginTest, finishTest } from '../adapters/postgres/contact-tests.ts';
import type { BegunTest, ContactToTest } from '../adapters/postgres/contact-tests.ts';
import { FAILURES, Failure, failureIn } from '../contracts/failures.ts';
import type { ApiDeps } from './deps.ts';
import { RetryLater } from './problems.ts';
import type { ContactTest } from './shapes/contact-tests.ts';

/** Below the half minute for which our client waits for an answer. What tarpits longer is told as unavailable: the outbox has more patience than a person. */
const SEND_LIMIT_MS = 25_000;

/** `sayAll`: what our dependencies say may name hosts and paths, which are the business of operators alone. */
export async function tryContact(contact: ContactToTest, { pool, channels }: Pick<ApiDeps, 'pool' | 'channels'>, sayAll: boolean, log: FastifyBaseLogger): Promise<ContactTest> {
  const test = await beginTest(pool, contact);
  if (typeof test === 'number') {
    throw new RetryLater('contact_tested_often', `${MAX_TESTS} tests went to this address in the last ${TESTS_WITHIN_MINUTES} minutes; each is a real message that costs money, so the next can go out in ${test} s`, test);
  }
  const startedMs = performance.now();
  const outcome = await send(contact, test, channels, log);
  const ms = Math.round(performance.now() - startedMs);
  await finishTest(pool, test, outcome);
  log.info({ deliveryKey: test.deliveryKey, ms, ...(outcome.kind === 'delivered' ? { outcome: 'delivered' } : { outcome: outcome.kind, code: outcome.code, answer: outcome.answer }) }, 'contact tested');
  return answerOf(contact, test.deliveryKey, outcome, ms, sayAll);
}

async function send({ contactId, channel: name, address }: ContactToTest, { testId, deliveryKey }: BegunTest, channels: ApiDeps['channels'], log: FastifyBaseLogger): Promise<AttemptOutcome> {
  const message: TestMessage = { about: 'test', to: address, contactId, sentence: `Test of Watchpost: alerts for ${contactId} arrive here`, testId };
  try {
    const channel = (await channels())[name];
    if (channel === undefined) throw new Failure('channel_not_configured', `no provider is set for ${name}`);
    return { kind: 'delivered', receipt: await channel.send(message, deliveryKey, AbortSignal.timeout(SEND_LIMIT_MS)) };
  } catch (error) {
    const failure = failureIn(error);
    if (failure === undefined) {
      log.error({ err: error, deliveryKey }, 'defect');
      return { kind: 'unavailable', code: 'internal', answer: 'a defect of ours; the log has it with this delivery key', mayHaveArrived: true, retryInMs: 0 };
    }
    const { code, detail: answer } = failure;
    if (!FAILURES[code].retryable) return { kind: 'refused', code, answer };
    return { kind: 'unavailable', code, answer, mayHaveArrived: (failure as Partial<ChannelFailure>).mayHaveArrived ?? false, retryInMs: 0 };
  }
}

function answerOf({ channel, address }: ContactToTest, deliveryKey: string, outcome: AttemptOutcome, ms: number, sayAll: boolean): ContactTest {
  const sent = { deliveryKey, channel, address, ms };
  if (outcome.kind === 'delivered') {
    const { provider, providerId, answer } = outcome.receipt;
    return { ...sent, outcome: 'delivered', provider, providerId, answer, uncertain: false, code: null, operator: null };
  }
  const { kind, code } = outcome;
  const answer = sayAll || FAILURES[code].kind === 'delivery' ? outcome.answer : 'the operator can see what went wrong';
  return { ...sent, outcome: kind, provider: null, providerId: null, answer, uncertain: kind === 'unavailable' && outcome.mayHaveArrived, code, operator: FAILURES[code].operator };
}
