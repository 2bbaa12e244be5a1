import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDeliverDigestActivities } from '../../activities/deliver-digest.ts';
import type { DeliverDigestPorts } from '../../activities/deliver-digest.ts';
import { createEmailChannel } from '../../adapters/channels/email/email-channel.ts';
import { messageIdOf } from '../../adapters/channels/email/message-id.ts';
import { silentLog } from '../../adapters/embedded/kept-process.ts';
import { createPictureAnnotator } from '../../adapters/images/picture-annotator.ts';
import { createDigestFactSource } from '../../adapters/postgres/digest-facts.ts';
import { createDigestOutbox } from '../../adapters/postgres/outbox.ts';
import { query } from '../../adapters/postgres/pool.ts';
import { digestDeliveryKeyOf } from '../../contracts/delivery.ts';
import { Failure } from '../../contracts/failures.ts';
import { startFaultServer } from '../adapters/channels/email/fault-server.ts';
import type { FaultServer, Faults } from '../adapters/channels/email/fault-server.ts';
import { sharp } from '../../adapters/images/sharp.ts';
import { flat } from '../adapters/images/pictures.ts';
import { MATCHED_AT, openIncident } from '../adapters/postgres/incident-example.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { SENDER } from './deliverer.ts';

let db: TestDatabase;
let number = 200;
const open: { close(): unknown }[] = [];
beforeAll(async () => { db = await freshDatabase(); });
afterAll(() => db.drop());
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function mailServer(faults: Faults = {}): Promise<FaultServer> {
  const server = await startFaultServer(faults);
  open.push(server);
  return server;
}

const KEPT = { get: async () => flat(1280, 720, '#405060').jpeg().toBuffer() };

function deliverer(smtpUrl: string, changed: Partial<DeliverDigestPorts> = {}) {
  const email = createEmailChannel({ smtpUrl, from: SENDER.from });
  open.push(email);
  const { deliverDigest } = createDeliverDigestActivities({
    outbox: createDigestOutbox(db.pool), facts: createDigestFactSource(db.pool), store: KEPT, annotator: createPictureAnnotator(), channels: { email }, log: silentLog,
    linkTo: (incidentId, contactId) => `https://watchpost.test/i/${incidentId}/${contactId}`, ...changed,
  });
  return (digestId: string) => deliverDigest({ digestId });
}

/** Whose message waits for anna; made an evening after what it tells. */
async function digest(): Promise<{ digestId: string; key: string }> {
  const digestId = randomUUID();
  const key = digestDeliveryKeyOf({ digestId, channel: 'email', contactId: 'anna' });
  await query(db.pool, "INSERT INTO digests (digest_id, user_id, created_at, next_due_at) VALUES ($1, 'acme', $2, now())", [digestId, '2026-11-21T07:00:00Z']);
  await query(db.pool, "INSERT INTO deliveries (delivery_key, digest_id, contact_id, channel, address) VALUES ($1, $2, 'anna', 'email', 'anna@example.com')", [key, digestId]);
  return { digestId, key };
}

interface Held {
  readonly cause?: string;
  readonly severity?: string;
  readonly matches?: number;
  readonly lastAt?: string;
  readonly withIncident?: boolean;
}

/** A thing of a camera of its own, whose frame is in the ledger; gives back the incident. */
async function hold(digestId: string, { cause = 'quiet_hours', severity = 'medium', matches = 152, lastAt = '2026-11-21T01:31:50Z', withIncident = true }: Held = {}): Promise<string> {
  const { incidentId } = await openIncident(db.pool, [], ++number);
  await query(db.pool, `
    INSERT INTO held_back (user_id, cause, incident_id, rule_id, device_id, severity, matches, frame_id, frame_captured_at, first_at, last_at, due_at, digest_id)
    SELECT 'acme', $2, CASE WHEN $7 THEN incident_id END, rule_id, device_id, $3, $4, first_frame_id, $5, $5, $6, now(), $8 FROM incidents WHERE incident_id = $1`,
  [incidentId, cause, severity, matches, MATCHED_AT, lastAt, withIncident, digestId]);
  return incidentId;
}

describe('a digest', () => {
  it('tells what was held back, worst and latest first, with pictures and pages', async () => {
    const server = await mailServer();
    const { digestId, key } = await digest();
    const usual = await hold(digestId);
    await hold(digestId, { cause: 'snoozed', matches: 1, lastAt: MATCHED_AT, withIncident: false });
    const late = await hold(digestId, { lastAt: '2026-11-21T02:00:00Z', matches: 3 });
    const worst = await hold(digestId, { cause: 'budget', severity: 'high' });
    expect(await deliverer(server.url)(digestId)).toEqual({ delivered: 1, nextTryInMs: null });

    const [mail] = server.received;
    expect(mail).toMatchObject({ subject: '4 things held back, camera Back door and 3 more', messageId: messageIdOf(key, SENDER.domain) });
    expect(mail!.text!.split('\n').filter((line) => line !== '')).toEqual([
      '4 things held back, camera Back door and 3 more',
      'More than the messages of an hour', '- High severity: Person, 01:14 to 01:31, camera Back door, 152 matches', `  https://watchpost.test/i/${worst}/anna`,
      'In your quiet hours', '- Person, 01:14 to 02:00, camera Back door, 3 matches', `  https://watchpost.test/i/${late}/anna`,
      '- Person, 01:14 to 01:31, camera Back door, 152 matches', `  https://watchpost.test/i/${usual}/anna`,
      'While snoozed', '- Person, 01:14, camera Back door, 1 match', `Digest ${digestId}`,
    ]);
    expect(mail!.attachments).toHaveLength(4);
    expect(mail!.html!.match(/src="cid:/g)).toHaveLength(4);
    expect(await sharp(Buffer.from(mail!.attachments[0]!.content as ArrayBuffer)).metadata()).toMatchObject({ format: 'jpeg', width: 480, height: 270 });
  });

  it('lists forty, shows eight of them, and counts the others', async () => {
    const server = await mailServer();
    const { digestId } = await digest();
    for (let n = 0; n < 43; n += 1) await hold(digestId, { matches: n + 1, lastAt: `2026-11-21T02:${String(n).padStart(2, '0')}:00Z` });
    await deliverer(server.url)(digestId);
    const [mail] = server.received;
    expect(mail?.subject).toBe('43 things in your quiet hours, camera Back door and 42 more');
    expect(mail!.text!.match(/^- /gm)).toHaveLength(40);
    expect(mail!.text).toContain('And 3 more, not listed here.');
    expect(mail!.text).toMatch(/01:14 to 02:42.*43 matches\n(?:.*\n)+.*01:14 to 02:03.*4 matches/);
    expect(mail!.attachments).toHaveLength(8);
  });

  it.each([
    ['cannot be read', { store: { get: async () => { throw new Failure('bytes_missing', 'gone'); } } }],
    ['cannot be drawn', { store: { get: async () => Buffer.from('no JPEG') } }],
  ] as [string, Partial<DeliverDigestPorts>][])('goes out without the pictures that %s', async (_, broken) => {
    const server = await mailServer();
    const { digestId } = await digest();
    await hold(digestId);
    expect(await deliverer(server.url, broken)(digestId)).toMatchObject({ delivered: 1 });
    expect(server.received[0]!.attachments).toEqual([]);
    expect(server.received[0]!.text).toContain('- Person, 01:14 to 01:31');
  });

  it('tells what is left when frames, verdicts and devices have gone: labels of the match, and the name of the camera as its id', async () => {
    const server = await mailServer();
    const { digestId } = await digest();
    const incidentId = await hold(digestId);
    await query(db.pool, "UPDATE matches SET labels = '{dog}' WHERE incident_id = $1", [incidentId]);
    await query(db.pool, 'DELETE FROM frames WHERE device_id = $1', [`cam${number}`]);
    await query(db.pool, 'DELETE FROM frame_verdicts');
    await query(db.pool, 'DELETE FROM devices WHERE device_id = $1', [`cam${number}`]);
    await deliverer(server.url)(digestId);
    expect(server.received[0]!.text).toContain(`- Dog, 01:14 to 01:31, camera cam${number}, 152 matches`);
  });

  it('has no pages without a public URL', async () => {
    const server = await mailServer();
    const { digestId } = await digest();
    await hold(digestId);
    await deliverer(server.url, { linkTo: null })(digestId);
    expect(server.received[0]!.text).not.toContain('https://');
    expect(server.received[0]!.html).not.toContain('<a ');
  });

  it('is sent once, however often the activity is repeated, and again while the mail server puts it off', async () => {
    let away = true;
    const server = await mailServer({ recipient: () => (away ? 451 : undefined) });
    const { digestId } = await digest();
    await hold(digestId);
    const deliver = deliverer(server.url);
    expect(await deliver(digestId)).toMatchObject({ delivered: 0, nextTryInMs: expect.any(Number) });
    away = false;
    await query(db.pool, 'UPDATE deliveries SET next_try_at = now() WHERE digest_id = $1', [digestId]);
    const reports = await Promise.all([deliver(digestId), deliver(digestId), deliver(digestId)]);
    expect(reports.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(1);
    expect(await deliver(digestId)).toEqual({ delivered: 0, nextTryInMs: null });
    expect(server.received).toHaveLength(1);
  });

  it('that nobody knows is a fault of ours, which ends the try and may be tried again', async () => {
    const server = await mailServer();
    const { digestId } = await digest();
    const lost: Partial<DeliverDigestPorts> = { facts: { factsOf: () => createDigestFactSource(db.pool).factsOf(randomUUID(), 1) } };
    await expect(deliverer(server.url, lost)(digestId)).rejects.toThrow();
    expect(server.received).toEqual([]);
  });
});
