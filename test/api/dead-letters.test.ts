import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dueDigests } from '../../adapters/postgres/digests.ts';
import { overdueIncidents } from '../../adapters/postgres/incidents.ts';
import { createDigestOutbox, createOutbox } from '../../adapters/postgres/outbox.ts';
import { query } from '../../adapters/postgres/pool.ts';
import { INCIDENT_ANSWERED } from '../../adapters/postgres/responses.ts';
import { DIGEST, KEYS, RICH, richIncident } from '../support/rich-incident.ts';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
const SINCE = '2026-11-21T00:00:00Z';
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
  await richIncident(api.db.pool);
});
afterAll(() => api.close());
/** Two dead letters: one of a closed incident, one of a digest; and a test that went wrong, which is none. */
beforeEach(async () => {
  await query(api.db.pool, "DELETE FROM deliveries WHERE delivery_key LIKE 'test-%'");
  await query(api.db.pool, "DELETE FROM contacts WHERE contact_id = 'office-hook'");
  await query(api.db.pool, "UPDATE deliveries SET state = 'failed', tries = 3, code = 'given_up', resent_at = NULL, resent_by = NULL, address = 'https://hooks.example.org/t/s3cret', claimed_until = NULL WHERE delivery_key = $1", [KEYS.dead]);
  await query(api.db.pool, "UPDATE deliveries SET state = 'failed', tries = 1, code = 'recipient_refused', resent_at = NULL, address = 'bert@exmaple.org' WHERE delivery_key = $1", [KEYS.digest]);
  await query(api.db.pool, 'UPDATE incidents SET next_due_at = NULL');
  await query(api.db.pool, 'UPDATE digests SET next_due_at = NULL');
  await query(api.db.pool, "INSERT INTO deliveries (delivery_key, contact_id, channel, address, state, code) VALUES ('test-1:email:bert-mail', 'bert-mail', 'email', 'b@example.org', 'failed', 'recipient_refused')");
});

const dead = async (asked = '') => (await api.get(`/v1/ops/dead-letters?${asked}`)).json;
const resend = async (payload: object, key?: string) => (await api.call({ method: 'POST', url: '/v1/ops/dead-letters/resend', payload, ...(key === undefined ? {} : { key }) })).json;
const rowOf = async (key: string) => (await query(api.db.pool, 'SELECT * FROM deliveries WHERE delivery_key = $1', [key]))[0] as Record<string, any>;
const wholeOutbox = () => ({ incidents: createOutbox(api.db.pool, { cooldownMs: 0 }), digests: createDigestOutbox(api.db.pool) });

describe('dead letters', () => {
  it('are listed newest first with what the provider said, how old they are, and what to do', async () => {
    const { messages, next } = await dead();
    expect(messages.map(({ deliveryKey }: any) => deliveryKey)).toEqual([KEYS.digest, KEYS.dead]);
    expect(messages[1]).toMatchObject({
      about: 'incident', userId: 'anna', code: 'given_up', advice: expect.stringMatching(/send the dead letter again/), tries: 3,
      failedAt: '2026-11-21T01:26:00.080000Z', answer: 'given up after 3 tries: 503 Service Unavailable', ageSeconds: expect.any(Number),
    });
    expect(next).toBeNull();
  });

  it('can be narrowed to a code, and come in pages', async () => {
    expect((await dead('code=given_up')).messages).toHaveLength(1);
    const first = await dead('limit=1');
    const second = await dead(`limit=1&cursor=${first.next}`);
    expect([...first.messages, ...second.messages].map(({ code }: any) => code)).toEqual(['recipient_refused', 'given_up']);
  });

  it('are counted in the status, and by channel in the figures', async () => {
    expect((await api.get('/v1/ops/status')).json).toMatchObject({ deadLetters: 2, undeliveredMessages: 0 });
    const { body } = await api.app.inject('/metrics');
    for (const line of ['watchpost_dead_letters 2', 'watchpost_messages{state="failed",channel="webhook"} 1', 'watchpost_messages{state="failed",channel="email"} 1', 'watchpost_messages{state="waiting",channel="sms"} 0']) {
      expect(body).toContain(`${line}\n`);
    }
  });
});

describe('sent again', () => {
  it('a dead letter of a closed incident waits with a fresh schedule, is found by the sweep, and goes out under its key', async () => {
    const { incidents } = wholeOutbox();
    expect(await resend({ deliveryKeys: [KEYS.dead] })).toEqual({ resent: 1, deliveryKeys: [KEYS.dead], refused: [] });
    expect(await rowOf(KEYS.dead)).toMatchObject({ state: 'waiting', tries: 0, claimed_until: null, resent_by: expect.any(String), address: 'https://hooks.example.org/t/s3cret' });
    expect(await overdueIncidents(api.db.pool, 0)).toEqual([RICH]);
    const [claimed] = await incidents.claimDue(RICH, 60_000);
    expect(claimed).toMatchObject({ deliveryKey: KEYS.dead, tries: 1 });
    await incidents.finish(claimed!, { kind: 'delivered', receipt: { provider: 'webhook', providerId: 'x', answer: '200', units: null, cost: null } });
    // Nothing else waits for it: the sweep leaves the closed incident alone.
    expect(await overdueIncidents(api.db.pool, 0)).toEqual([]);
    const { json: { story, state } } = await api.get(`/v1/incidents/${RICH}`);
    expect(state).toBe('closed');
    expect(story.filter(({ deliveryKey }: any) => deliveryKey === KEYS.dead).map(({ kind, outcome, attempt }: any) => [kind, outcome, attempt])).toEqual([
      ['message', undefined, undefined], ['attempt', 'uncertain', 1], ['attempt', 'unavailable', 2], ['attempt', 'refused', 3], ['resent', undefined, undefined], ['attempt', 'delivered', 4],
    ]);
    await query(api.db.pool, "DELETE FROM delivery_attempts WHERE outcome = 'delivered' AND delivery_key = $1", [KEYS.dead]);
  });

  it('rings for its incident, and the story says who did it', async () => {
    const { json: { key, keyId } } = await api.call({ method: 'POST', url: '/v1/keys', payload: { role: 'ops' } });
    const listener = await api.db.pool.connect();
    await listener.query(`LISTEN ${INCIDENT_ANSWERED}`);
    const heard = new Promise((resolve) => { listener.once('notification', ({ payload }) => resolve(payload)); });
    await resend({ deliveryKeys: [KEYS.dead] }, key);
    expect(await heard).toBe(RICH);
    await listener.query('UNLISTEN *');
    listener.release();
    const { json: { story } } = await api.get(`/v1/incidents/${RICH}`);
    expect(story.find(({ kind }: any) => kind === 'resent')).toMatchObject({ resentBy: keyId, text: 'Webhook call to office-hook set waiting again by hand.' });
  });

  it('one of a digest is found by its sweep, and goes to the address of now where that is asked', async () => {
    expect(await resend({ deliveryKeys: [KEYS.digest], refresh: true })).toMatchObject({ resent: 1 });
    expect(await dueDigests(api.db.pool)).toEqual([DIGEST]);
    expect(await wholeOutbox().digests.due(DIGEST)).toMatchObject([{ deliveryKey: KEYS.digest, address: 'bert@example.org' }]);
    expect(await overdueIncidents(api.db.pool, 0)).toEqual([]);
  });

  it('what is no dead letter is refused by name, and the others go', async () => {
    expect(await resend({ deliveryKeys: [KEYS.mail, 'nothing', KEYS.dead, 'test-1:email:bert-mail'] })).toEqual({
      resent: 1, deliveryKeys: [KEYS.dead],
      refused: [{ deliveryKey: KEYS.mail, code: 'delivery_under_way' }, { deliveryKey: 'nothing', code: 'delivery_unknown' }, { deliveryKey: 'test-1:email:bert-mail', code: 'delivery_unknown' }],
    });
    // Taken meanwhile by somebody else.
    expect(await resend({ deliveryKeys: [KEYS.dead] })).toMatchObject({ resent: 0, refused: [{ code: 'delivery_under_way' }] });
  });

  it('a contact that is gone has no address of now, and its message stays dead', async () => {
    expect(await resend({ deliveryKeys: [KEYS.dead], refresh: true })).toEqual({ resent: 0, deliveryKeys: [], refused: [{ deliveryKey: KEYS.dead, code: 'contact_unknown' }] });
    await query(api.db.pool, "INSERT INTO contacts (contact_id, user_id, channel, address) VALUES ('office-hook', 'anna', 'email', 'office@example.org')");
    expect(await resend({ deliveryKeys: [KEYS.dead], refresh: true })).toMatchObject({ refused: [{ code: 'contact_unknown' }] });
    expect(await rowOf(KEYS.dead)).toMatchObject({ state: 'failed', address: 'https://hooks.example.org/t/s3cret' });
  });

  it('all of one code since a time go together, in portions', async () => {
    expect(await resend({ code: 'given_up', since: '2026-11-21T02:00:00Z' })).toMatchObject({ resent: 0 });
    await query(api.db.pool, "UPDATE deliveries SET code = 'given_up' WHERE state = 'failed'");
    expect(await resend({ code: 'given_up', since: SINCE, limit: 1 })).toMatchObject({ deliveryKeys: [KEYS.dead] });
    expect(await resend({ code: 'given_up', since: SINCE })).toMatchObject({ deliveryKeys: [KEYS.digest] });
    expect(await resend({ code: 'given_up', since: SINCE })).toMatchObject({ resent: 0, refused: [] });
  });

  it('two who ask for the same ones at once send each once', async () => {
    const both = await Promise.all([resend({ code: 'given_up', since: SINCE }), resend({ deliveryKeys: [KEYS.dead] })]);
    expect(both.map(({ resent }) => resent).sort()).toEqual([0, 1]);
  });

  it.each([{}, { code: 'given_up' }, { since: SINCE }, { deliveryKeys: [] }, { deliveryKeys: ['x'], code: 'given_up', since: SINCE }, { code: 'given_up', since: 'x' }, { toAddress: 'x' }])(
    'refuses %j', async (body) => {
      expect((await api.call({ method: 'POST', url: '/v1/ops/dead-letters/resend', payload: body })).status).toBe(400);
    });
});
