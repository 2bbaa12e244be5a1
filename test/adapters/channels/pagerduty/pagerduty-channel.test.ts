import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ChannelFailure, ClosableChannel, DigestMessage, NoticeMessage, TestMessage } from '../../../../activities/ports/channel.ts';
import { createPagerdutyChannel } from '../../../../adapters/channels/pagerduty/pagerduty-channel.ts';
import type { PagerdutyOptions } from '../../../../adapters/channels/pagerduty/pagerduty-channel.ts';
import { CALLING_TELLINGS } from '../../../../contracts/delivery.ts';
import { startApiFront } from '../api-front.ts';
import type { ApiFault, ApiFront } from '../api-front.ts';
import { INCIDENT, alertExample as alertTo } from '../email/alert-example.ts';
import { startPagerduty } from './pagerduty-peer.ts';
import type { PagerdutyPeer } from './pagerduty-peer.ts';

const NIGHT = 'abcdefghijklmnopqrstuvwxyz012345';
const DAY = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const KEY = `${INCIDENT}:0:0:pagerduty:ops`;
const SHOWN = `watchpost-${INCIDENT}`;

const alertExample = (changed: Parameters<typeof alertTo>[0] = {}) => alertTo({ to: 'night', contactId: 'ops', ...changed });
const notice = (changed: Partial<NoticeMessage> = {}): NoticeMessage => ({
  about: 'notice', to: 'night', contactId: 'ops', noticeId: 'n1', telling: 'opened', sentence: 'Camera Back door shows nothing since 02:14',
  facts: [['Camera', 'Back door'], ['Since', '02:14']], advice: ['Is the lens covered?'], ...changed,
});
const test: TestMessage = { about: 'test', to: 'night', contactId: 'ops', testId: 't1', sentence: 'A test of Watchpost' };
const digest: DigestMessage = { about: 'digest', to: 'night', contactId: 'ops', digestId: 'd1', sentence: '3 alerts', entries: [], left: 0 };

const open: { stop(): unknown }[] = [];
afterEach(async () => { for (const each of open.splice(0).reverse()) await each.stop(); });

async function peer(fault?: (nth: number) => ApiFault | undefined, options: Partial<PagerdutyOptions> = {}): Promise<{ pagerduty: PagerdutyPeer; front: ApiFront; channel: ClosableChannel }> {
  const pagerduty = await startPagerduty([NIGHT, DAY]);
  const front = await startApiFront(pagerduty.url, fault);
  const channel = createPagerdutyChannel({ routingKeys: new Map([['night', NIGHT], ['day', DAY]]), baseUrl: front.url, ...options });
  open.push(pagerduty, front, { stop: () => channel.close() });
  return { pagerduty, front, channel };
}
const failureOf = (sending: Promise<unknown>): Promise<ChannelFailure> =>
  sending.then(() => { throw new Error('it was sent'); }, (error: ChannelFailure) => error);

describe('an incident', () => {
  it('opens one at PagerDuty that says what was seen, where, when and why, and leads to its page', async () => {
    const { front, pagerduty, channel } = await peer();
    expect(await channel.send(alertExample(), KEY)).toEqual({ provider: 'pagerduty', providerId: SHOWN, answer: '202 Event processed', units: null, cost: null });
    expect(pagerduty.incidentsOf(NIGHT)).toEqual([{ dedupKey: SHOWN, state: 'triggered', summary: 'Person, 02:14, camera Back door', severity: 'warning', events: 1 }]);
    expect(front.received[0]?.body).toEqual({
      routing_key: NIGHT, event_action: 'trigger', dedup_key: SHOWN, client: 'Watchpost',
      payload: {
        summary: 'Person, 02:14, camera Back door', source: 'Back door', severity: 'warning', timestamp: '2026-11-21T01:14:07.000000Z', component: 'cam1', group: 'acme', class: 'rule 100',
        custom_details: {
          why: ['person with probability > 80%: 87 %'], rule: '100: Unsafe Class: Person | ALL with probability>80%', local_time: '2026-11-21 02:14:07 CET (Europe/Berlin)',
          frame: '019aa3d5-8d98-7000-8000-000000000001', incident: INCIDENT, telling: 'opened',
        },
      },
      links: [{ href: 'https://watchpost.example.com/incidents/0199a0c4', text: 'Open the incident' }],
    });
  });

  it('is one incident there, whatever level and round it is told of', async () => {
    const { pagerduty, channel } = await peer();
    for (const telling of CALLING_TELLINGS) await channel.send(alertExample({ telling, severity: telling === 'rose' ? 'critical' : 'high' }), `${INCIDENT}:1:0:pagerduty:ops`);
    expect(pagerduty.incidentsOf(NIGHT)).toMatchObject([{ state: 'triggered', events: CALLING_TELLINGS.length, summary: 'Again: Person, 02:14, camera Back door' }]);
  });

  it('is acknowledged there when somebody took charge, and resolved when it is over', async () => {
    const { pagerduty, channel } = await peer();
    await channel.send(alertExample(), KEY);
    await channel.send(alertExample({ telling: 'taken' }), KEY);
    expect(pagerduty.incidentsOf(NIGHT)).toMatchObject([{ state: 'acknowledged' }]);
    await channel.send(alertExample({ telling: 'repeated' }), KEY);
    expect(pagerduty.incidentsOf(NIGHT)).toMatchObject([{ state: 'acknowledged' }]);
    await channel.send(alertExample({ telling: 'over' }), KEY);
    expect(pagerduty.incidentsOf(NIGHT)).toMatchObject([{ state: 'resolved' }]);
  });

  it('that goes on after it was over calls people anew', async () => {
    const { pagerduty, channel } = await peer();
    for (const telling of ['opened', 'over', 'reopened'] as const) await channel.send(alertExample({ telling }), KEY);
    expect(pagerduty.incidentsOf(NIGHT).map(({ state }) => state)).toEqual(['resolved', 'triggered']);
  });

  it.each([['low', 'info'], ['medium', 'warning'], ['high', 'error'], ['critical', 'critical']] as const)('of severity %s is %s there', async (severity, shown) => {
    const { pagerduty, channel } = await peer();
    await channel.send(alertExample({ severity }), KEY);
    expect(pagerduty.incidentsOf(NIGHT)).toMatchObject([{ severity: shown }]);
  });

  it('goes to the service that the contact names, and to no other', async () => {
    const { pagerduty, channel } = await peer();
    await channel.send(alertExample({ to: 'day' }), KEY);
    expect([pagerduty.incidentsOf(NIGHT).length, pagerduty.incidentsOf(DAY).length]).toEqual([0, 1]);
  });

  it.each(['', 'x'])('whose sentence is longer than a summary may be is cut, between characters (%j)', async (before) => {
    const { pagerduty, channel } = await peer();
    await channel.send(alertExample({ sentence: before + '🚪'.repeat(1_000) }), KEY);
    expect(pagerduty.incidentsOf(NIGHT)[0]?.summary).toBe(`${before}${'🚪'.repeat(511)}…`);
  });

  it('without a name, a page or a number is told all the same', async () => {
    const { pagerduty, channel } = await peer();
    await channel.send(alertExample({ deviceName: '', link: null, reasons: [{ path: '0', asked: 'no person', found: null }], picture: { missing: 'gone' } }), KEY);
    expect(pagerduty.incidentsOf(NIGHT)).toHaveLength(1);
  });
});

describe('other messages', () => {
  it('a notice opens an incident of its own, which is resolved when the device is well again', async () => {
    const { front, pagerduty, channel } = await peer();
    expect(await channel.send(notice(), 'notice-n1:opened:pagerduty:ops')).toMatchObject({ providerId: 'watchpost-notice-n1' });
    expect(pagerduty.incidentsOf(NIGHT)).toMatchObject([{ state: 'triggered', severity: 'warning' }]);
    expect(front.received[0]?.body).toMatchObject({ payload: { source: 'Back door', class: 'equipment', custom_details: { Since: '02:14', 'What to look at': ['Is the lens covered?'] } } });
    await channel.send(notice({ telling: 'well', advice: [] }), 'notice-n1:well:pagerduty:ops');
    expect(pagerduty.incidentsOf(NIGHT)).toMatchObject([{ state: 'resolved' }]);
  });

  it('a test is seen there and leaves nothing open', async () => {
    const { pagerduty, channel } = await peer();
    await channel.send(test, 'test-t1:pagerduty:ops');
    expect(pagerduty.incidentsOf(NIGHT)).toEqual([{ dedupKey: 'watchpost-test-t1', state: 'resolved', summary: 'A test of Watchpost', severity: 'info', events: 1 }]);
  });

  it('a test that broke off half way leaves nothing open after its next try', async () => {
    const { pagerduty, channel } = await peer((nth) => (nth === 2 ? { status: 500 } : undefined));
    await failureOf(channel.send(test, 'test-t1:pagerduty:ops'));
    await channel.send(test, 'test-t1:pagerduty:ops');
    expect(pagerduty.incidentsOf(NIGHT)).toMatchObject([{ state: 'resolved', events: 2 }]);
  });

  it('a digest is refused: nobody is woken for what can be read in the morning', async () => {
    const { front, channel } = await peer();
    expect(await failureOf(channel.send(digest, 'digest-d1:pagerduty:ops'))).toMatchObject({ code: 'message_refused' });
    expect(front.received).toEqual([]);
  });
});

describe('a message that is refused for good', () => {
  it('for a name that no routing key has: the names are told, the keys and the address are not', async () => {
    const { front, channel } = await peer();
    const failure = await failureOf(channel.send(alertExample({ to: 'R0UT1NGK3YPUTINTOTHEADDRESS00000' }), KEY));
    expect(failure).toMatchObject({ code: 'channel_not_configured', mayHaveArrived: false });
    expect(failure.detail).toContain('there are night, day');
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toMatch(new RegExp(`${NIGHT}|${DAY}|R0UT1NG`));
    expect(front.received).toEqual([]);
  });

  it.each([['unknown', 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz'], ['malformed', 'not-a-key']])('for a routing key that is %s', async (_, key) => {
    const { channel } = await peer(undefined, { routingKeys: new Map([['night', key]]) });
    const failure = await failureOf(channel.send(alertExample(), KEY));
    expect(failure).toMatchObject({ code: 'provider_auth_failed' });
    expect(failure.detail).not.toContain(key);
  });

  it('for itself', async () => {
    const { channel } = await peer();
    expect(await failureOf(channel.send(alertExample({ sentence: '' }), KEY))).toMatchObject({ code: 'message_refused', detail: expect.stringContaining('payload/summary') });
  });

  it.each([[400, 'message_refused'], [401, 'provider_auth_failed'], [403, 'provider_auth_failed']])('when the answer is %i, as %s, with no key in what is thrown', async (status, code) => {
    const { channel } = await peer(() => ({ status, body: { message: `${NIGHT} may not`, errors: [] } }));
    const failure = await failureOf(channel.send(alertExample(), KEY));
    expect(failure).toMatchObject({ code, detail: `${status} *** may not` });
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain(NIGHT);
  });
});

describe('a message that may go out later, without a doubt, because its repeat is the same event', () => {
  it('when there were too many: as long as PagerDuty asks for', async () => {
    const { channel } = await peer(() => ({ status: 429, headers: { 'retry-after': '30' } }));
    expect(await failureOf(channel.send(alertExample(), KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false, retryAfterMs: 30_000 });
  });

  it.each([500, 502, 503, 504, 404])('when the answer is %i', async (status) => {
    const { channel } = await peer(() => ({ status }));
    expect(await failureOf(channel.send(alertExample(), KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
  });

  it.each(['early', 'drop', 'lost'] as const)('when the line breaks (%s): after the next try one incident is shown', async (fault) => {
    const { pagerduty, channel } = await peer((nth) => (nth === 1 ? fault : undefined));
    expect(await failureOf(channel.send(alertExample(), KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
    await channel.send(alertExample(), KEY);
    expect(pagerduty.incidentsOf(NIGHT)).toMatchObject([{ dedupKey: SHOWN, state: 'triggered' }]);
  });

  it('when nobody listens, or nobody answers', async () => {
    const { front, channel } = await peer(() => 'hang', { timeouts: { silenceMs: 200 } });
    expect(await failureOf(channel.send(alertExample(), KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
    await front.stop();
    expect(await failureOf(channel.send(alertExample(), KEY))).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
  });
});

it('a send that is cut off ends its connection at once', async () => {
  const { front, channel } = await peer(() => 'hang');
  const cut = new AbortController();
  const sending = failureOf(channel.send(alertExample(), KEY, cut.signal));
  await vi.waitFor(() => expect(front.received).toHaveLength(1));
  cut.abort();
  expect(await sending).toMatchObject({ code: 'provider_unavailable', detail: expect.stringContaining('cut off') });
  await vi.waitFor(() => expect(front.openConnections()).toBe(0));
});
