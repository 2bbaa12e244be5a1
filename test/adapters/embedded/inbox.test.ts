import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { SendMailOptions } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inboxFolder, startInbox } from '../../../adapters/embedded/inbox.ts';
import type { Inbox } from '../../../adapters/embedded/inbox.ts';
import { openInboxStore } from '../../../adapters/embedded/inbox-store.ts';

const log = { info() {}, warn() {}, error() {} };
let home: string;
let inbox: Inbox;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'watchpost-inbox-'));
  inbox = await startInbox({ home, log });
});
afterEach(async () => {
  await inbox.close();
  await rm(home, { recursive: true, force: true });
});

const mail = (changed: SendMailOptions = {}): SendMailOptions =>
  ({ from: 'alerts@watchpost.test', to: 'anna@example.com', subject: 'Person at the door', text: 'Look.', messageId: '<key-1@watchpost.test>', ...changed });

async function send(options: SendMailOptions, to = inbox): Promise<{ response?: string | undefined }> {
  const transport = createTransport({ url: to.url, disableFileAccess: true });
  try {
    return await transport.sendMail(options);
  } finally {
    transport.close();
  }
}

describe('a mail that is answered for', () => {
  it('is a file with every byte as it was received, and stands in the list', async () => {
    await send(mail({ headers: { 'X-Watchpost-Incident': 'incident-1' } }));
    const [listed] = await inbox.list();
    expect(listed).toMatchObject({ from: 'alerts@watchpost.test', to: 'anna@example.com', subject: 'Person at the door', messageId: '<key-1@watchpost.test>', incidentId: 'incident-1', repeats: 0 });
    expect(await readdir(inboxFolder(home))).toEqual([`${listed?.id}.eml`]);
    expect(String(await inbox.raw(listed?.id ?? ''))).toMatch(/Subject: Person at the door\r\n[\s\S]*\r\n\r\nLook\.\r\n$/);
  });

  it('is there after a restart, with its repeats', async () => {
    await send(mail());
    await send(mail());
    const before = await inbox.list();
    await inbox.close();
    inbox = await startInbox({ home, log });
    expect(await inbox.list()).toEqual(before);
    await send(mail());
    expect(await inbox.list()).toMatchObject([{ repeats: 2 }]);
  });

  it('is seen by another process that opened the folder before it came', async () => {
    const reader = await openInboxStore(inboxFolder(home));
    await send(mail());
    await send(mail());
    expect(await reader.list()).toMatchObject([{ subject: 'Person at the door', repeats: 1 }]);
  });
});

describe('a repeated Message-ID', () => {
  it('is kept once and counted, also when both come at the same moment', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(mail())));
    expect(await inbox.list()).toMatchObject([{ repeats: 7 }]);
    expect(new Set(answers.map(({ response }) => response)).size).toBe(1);
  });

  it('does not hide other mails, nor those that come without one', async () => {
    await send(mail());
    await send(mail({ messageId: '<key-2@watchpost.test>' }));
    const bare = Buffer.from('From: a@b.test\r\nSubject: bare\r\n\r\nhello\r\n');
    await inbox.keep(bare);
    await inbox.keep(bare);
    const kept = await inbox.list();
    expect(kept.map(({ messageId }) => messageId)).toEqual([null, null, '<key-2@watchpost.test>', '<key-1@watchpost.test>']);
  });
});

it('a mail over the limit is refused for good and leaves nothing behind', async () => {
  await expect(send(mail({ text: 'x'.repeat(10_000_001) }))).rejects.toMatchObject({ responseCode: 552 });
  expect(await readdir(inboxFolder(home))).toEqual([]);
});

it('a folder that cannot be written puts the sender off instead of losing the mail', async () => {
  await rm(inboxFolder(home), { recursive: true });
  await writeFile(inboxFolder(home), 'not a folder');
  await expect(send(mail())).rejects.toMatchObject({ responseCode: 452 });
});

it.each(['../admin.key', '', '20261121T021400123Z-1', '20261121T021400123Z-1/../../admin.key'])('there is no mail of id %j', async (id) => {
  await writeFile(join(home, 'admin.key'), 'secret');
  expect(await inbox.raw(id)).toBeUndefined();
  expect(await inbox.html(id)).toBeUndefined();
});

describe('the page of a mail', () => {
  const pageOf = async (options: SendMailOptions): Promise<string> => {
    await send(mail(options));
    return (await inbox.html((await inbox.list())[0]?.id ?? '')) ?? '';
  };

  it('shows the pictures that came inside the mail', async () => {
    const page = await pageOf({ html: '<img src="cid:pic@x">', attachments: [{ cid: 'pic@x', content: Buffer.from('picture'), contentType: 'image/jpeg' }] });
    expect(page).toContain(`src=&#34;data:image/jpeg;base64,${Buffer.from('picture').toString('base64')}&#34;`);
  });

  it('shows a mail without HTML as its text', async () => {
    expect(await pageOf({ text: 'a < b' })).toContain('a &#38;#60; b');
  });

  it('holds no markup of the mail outside a frame in which nothing runs', async () => {
    const page = await pageOf({ subject: '</title><script>1</script>', html: '"></iframe><script>alert(1)</script><meta http-equiv=refresh content="0;url=http://evil.test"><img src=x onerror=alert(1)>' });
    const [, inFrame = ''] = /<iframe [^>]*sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="([^"]*)"/.exec(page) ?? [];
    expect(inFrame).toContain('evil.test');
    expect(page.replace(inFrame, '')).not.toMatch(/<script|onerror|evil/i);
    expect(page.match(/<meta http-equiv/g)).toHaveLength(1);
    expect(page).toContain(`content="default-src 'none'; img-src data:;`);
  });
});
