import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDeliverNoticeActivities } from '../../activities/deliver-notice.ts';
import { createEmailChannel } from '../../adapters/channels/email/email-channel.ts';
import { messageIdOf } from '../../adapters/channels/email/message-id.ts';
import { startInbox } from '../../adapters/embedded/inbox.ts';
import { silentLog } from '../../adapters/embedded/kept-process.ts';
import { createNoticeFactSource, dueNotices } from '../../adapters/postgres/notices.ts';
import { createNoticeOutbox } from '../../adapters/postgres/outbox.ts';
import { startFaultServer } from '../adapters/channels/email/fault-server.ts';
import { COVERED, forget, messagesOf, noticesOf, send } from '../adapters/postgres/notice-example.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { pidOf, untilBlockedBy } from '../support/lock-wait.ts';
import { seedUser } from '../support/plant-data.ts';
import { SENDER } from './deliverer.ts';

let db: TestDatabase;
let home: string;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  db = await freshDatabase();
  await seedUser(db.pool, 'ann', ['gate']);
  await db.pool.query("UPDATE devices SET name = 'Back door'");
});
afterAll(() => db.drop());
beforeEach(async () => {
  await forget(db.pool);
  home = await mkdtemp(join(tmpdir(), 'watchpost-notices-'));
});
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
  await rm(home, { recursive: true, force: true });
});

async function noticeId(): Promise<string> {
  return (await noticesOf(db.pool))[0]!.notice_id;
}

function deliverer(smtpUrl: string): (id: string) => Promise<{ delivered: number; nextTryInMs: number | null }> {
  const email = createEmailChannel({ smtpUrl, from: SENDER.from });
  open.push(email);
  const { deliverNotice } = createDeliverNoticeActivities({
    outbox: createNoticeOutbox(db.pool), facts: createNoticeFactSource(db.pool), channels: { email }, log: silentLog,
  });
  return (id) => deliverNotice({ noticeId: id });
}

async function inbox() {
  const started = await startInbox({ home, log: silentLog });
  open.push(started);
  return started;
}

describe('the messages of a notice', () => {
  it('say which camera sends no usable picture, since when at the camera, how many frames, and what to look at; and later that it is well', async () => {
    const mails = await inbox();
    const deliver = deliverer(mails.url);
    await send(db.pool, [COVERED]);
    expect(await deliver(await noticeId())).toEqual({ delivered: 1, nextTryInMs: null });
    await send(db.pool, [['good', 240, 300, 400, 540]]);
    expect(await deliver(await noticeId())).toEqual({ delivered: 1, nextTryInMs: null });

    const listed = (await mails.list()).toReversed();
    expect(listed.map(({ subject, to }) => [subject, to])).toEqual([
      ['Camera Back door has sent no usable picture since 13:00', 'ann@example.org'], ['Camera Back door is well again', 'ann@example.org'],
    ]);
    const [trouble, well] = await Promise.all(listed.map(async ({ id }) => PostalMime.parse((await mails.raw(id))!)));
    expect(trouble!.text).toContain('2026-03-01 13:00:00 CET (Europe/Berlin)');
    expect(trouble!.text).toMatch(/^Frames +5 refused$/m);
    expect(trouble!.text).toContain('Is the lens covered');
    expect(trouble!.html).toContain('Is the lens covered');
    expect(trouble!.attachments).toEqual([]);
    expect(well!.text).toMatch(/^No usable picture from +2026-03-01 13:00:00 CET \(Europe\/Berlin\)\nto +2026-03-01 13:03:00 CET/m);
    expect(well!.text).toMatch(/^Well since +2026-03-01 13:04:00 CET/m);
    expect(well!.references).toBe(trouble!.references);
  });

  it('are sent once, under a Message-ID of their own, however often the activity is repeated', async () => {
    const mails = await inbox();
    const deliver = deliverer(mails.url);
    await send(db.pool, [COVERED]);
    const id = await noticeId();
    await Promise.all([deliver(id), deliver(id), deliver(id)]);
    expect(await deliver(id)).toEqual({ delivered: 0, nextTryInMs: null });
    const listed = await mails.list();
    expect(listed.map(({ messageId, repeats }) => [messageId, repeats])).toEqual([[messageIdOf(`notice-${id}:opened:email:ann-mail`, SENDER.domain), 0]]);
    expect(await dueNotices(db.pool)).toEqual([]);
  });

  it('wait while the mail server does not answer, and a device that is well meanwhile is told whole', async () => {
    let away = true;
    const server = await startFaultServer({ recipient: () => (away ? 451 : undefined) });
    open.push(server);
    const deliver = deliverer(server.url);
    await send(db.pool, [COVERED]);
    const id = await noticeId();
    expect((await deliver(id)).nextTryInMs).toBeGreaterThan(0);
    await send(db.pool, [['good', 240, 540]]);
    expect(await deliver(id)).toMatchObject({ delivered: 0, nextTryInMs: expect.any(Number) });

    away = false;
    await db.pool.query("UPDATE deliveries SET next_try_at = now() WHERE state = 'waiting'");
    expect(await deliver(id)).toEqual({ delivered: 2, nextTryInMs: null });
    const trouble = server.received.find(({ subject }) => subject?.includes('no usable picture'));
    expect(trouble?.text).toContain('Well since');
    expect(trouble?.text).not.toContain('no rule can alert you');
    expect(await messagesOf(db.pool)).toEqual(['opened ann-mail delivered', 'well ann-mail delivered']);
  });
});

describe('the mail of a silent camera', () => {
  const silent = (deviceId: string, minutesAgo: number, toldWith: string | null) => db.pool.query(`
    INSERT INTO equipment_notices (notice_id, kind, device_id, user_id, state, reason, since, last_at, frames, seen_until, opened_at, told_with, next_due_at)
    SELECT id, 'silent', $1, 'ann', 'open', 'no_frames', at, at, 0, now(), now(), coalesce($3::uuid, id), now()
    FROM (SELECT gen_random_uuid() AS id, timestamptz '2026-03-01T12:00:00Z' + $2 * interval '1 minute' AS at) made RETURNING notice_id`, [deviceId, -minutesAgo, toldWith]);
  const message = (id: string, telling: string) => db.pool.query(`
    INSERT INTO deliveries (delivery_key, notice_id, contact_id, channel, address, telling) VALUES ($1, $2, 'ann-mail', 'email', 'ann@example.org', $3)`, [`notice-${id}:${telling}:email:ann-mail`, id, telling]);
  const read = async (mails: Awaited<ReturnType<typeof inbox>>) => PostalMime.parse((await mails.raw((await mails.list())[0]!.id))!);

  it('says since when nothing came, and what to look at', async () => {
    const mails = await inbox();
    const id = (await silent('gate', 20, null)).rows[0].notice_id;
    await message(id, 'opened');
    await deliverer(mails.url)(id);
    const mail = await read(mails);
    expect(mail.subject).toBe('Camera Back door has sent nothing since 12:40');
    expect(mail.text).toContain('Has the camera power');
    expect(mail.text).not.toMatch(/Frames|Why/);
  });

  it('names the others of its site, and later those that are back and those that are not', async () => {
    const mails = await inbox();
    const id = (await silent('gate', 20, null)).rows[0].notice_id;
    for (const [n, device] of ['yard', 'shed', 'roof'].entries()) await silent(device, 19 - n, id);
    await message(id, 'opened');
    await deliverer(mails.url)(id);
    const trouble = await read(mails);
    expect(trouble.subject).toBe('4 cameras have sent nothing since 12:40: Back door, yard, shed and 1 more');
    expect(trouble.text).toMatch(/^roof +silent since 2026-03-01 12:43:00 CET/m);

    await db.pool.query("UPDATE equipment_notices SET state = 'closed', closed_at = now(), well_since = '2026-03-01T12:30:00Z', well_with = $1 WHERE device_id <> 'roof'", [id]);
    await message(id, 'well');
    await deliverer(mails.url)(id);
    const well = await read(mails);
    expect(well.subject).toBe('3 cameras are well again: Back door, yard, shed');
    expect(well.text).toMatch(/^Nothing came from +2026-03-01 12:40:00 CET .*\nto +2026-03-01 13:30:00 CET/m);
    expect(well.text).toMatch(/^Still silent +roof$/m);
  });
});

it('the mail of a wrong clock says how far it is off, in plain words', async () => {
  const mails = await inbox();
  const { rows: [{ notice_id: id }] } = await db.pool.query(`
    INSERT INTO equipment_notices (notice_id, kind, device_id, user_id, state, reason, since, last_at, frames, seen_until, opened_at, off_seconds, next_due_at)
    VALUES (gen_random_uuid(), 'clock', 'gate', 'ann', 'open', 'captured_at_too_early', '2026-03-01T12:00:00Z', '2026-03-01T12:01:00Z', 3, now(), now(), -1772000000, now()) RETURNING notice_id`);
  await db.pool.query("INSERT INTO deliveries (delivery_key, notice_id, contact_id, channel, address) VALUES ($1, $2, 'ann-mail', 'email', 'ann@example.org')", [`notice-${id}:opened:email:ann-mail`, id]);
  await deliverer(mails.url)(id);
  const mail = await PostalMime.parse((await mails.raw((await mails.list())[0]!.id))!);
  expect(mail.subject).toBe('Camera Back door has had a wrong clock since 13:00');
  expect(mail.text).toMatch(/^Clock +56 years behind$/m);
  expect(mail.text).toContain('Is a time server set');
});

describe('when the sweep shall look after a notice', () => {
  it('is the next try of a message that is put off, and never once all are delivered', async () => {
    const server = await startFaultServer({ recipient: () => 451 });
    open.push(server);
    await send(db.pool, [COVERED]);
    const id = await noticeId();
    await deliverer(server.url)(id);
    const { rows: [due] } = await db.pool.query('SELECT next_due_at > now() AS later, next_due_at = (SELECT min(next_try_at) FROM deliveries) AS next FROM equipment_notices');
    expect(due).toEqual({ later: true, next: true });
    await db.pool.query("UPDATE deliveries SET next_try_at = now()");
    await deliverer((await inbox()).url)(id);
    expect((await noticesOf(db.pool))[0]!.next_due_at).toBeNull();
  });

  it('is not taken away from a message that is written while another one is settled', async () => {
    await send(db.pool, [COVERED]);
    const id = await noticeId();
    const outbox = createNoticeOutbox(db.pool);
    const [claimed] = await outbox.claimDue(id, 60_000);
    const writer = await db.pool.connect();
    try {
      // As the transaction does that finds the device well.
      await writer.query('BEGIN');
      await writer.query('SELECT FROM equipment_notices WHERE notice_id = $1 FOR NO KEY UPDATE', [id]);
      await writer.query("INSERT INTO deliveries (delivery_key, notice_id, contact_id, channel, address) VALUES ('notice-x:well:email:ann-mail', $1, 'ann-mail', 'email', 'x')", [id]);
      await writer.query('UPDATE equipment_notices SET next_due_at = now() WHERE notice_id = $1', [id]);
      const settled = outbox.finish(claimed!, { kind: 'delivered', receipt: { provider: 'smtp', providerId: 'p', answer: '250', units: null, cost: null } });
      await untilBlockedBy(db.pool, await pidOf(writer));
      await writer.query('COMMIT');
      await settled;
    } finally {
      writer.release();
    }
    expect(await dueNotices(db.pool)).toEqual([id]);
  });
});
