import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inboxPage } from '../../adapters/embedded/inbox-page.ts';
import type { InboxEntry } from '../../api/inbox-list-page.ts';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

const HOSTILE = '<script>alert(1)</script>"\'><img src=x onerror=alert(2)>';
const MAIL = `From: a@b.c\r\nTo: d@e.f\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n${HOSTILE}`;

let api: ApiUnderTest;
let entries: InboxEntry[];
beforeAll(async () => {
  entries = [];
  api = await startApiUnderTest({ deps: { inbox: {
    list: async () => entries,
    html: async (id) => (id === '1' ? inboxPage(Buffer.from(MAIL)) : undefined),
    raw: async (id) => (id === '1' ? Buffer.from(MAIL) : undefined),
  } } });
});
afterAll(() => api.close());

const local = (url: string, headers: Record<string, string> = {}, remoteAddress = '127.0.0.1') =>
  api.app.inject({ url, headers: { host: 'localhost:8080', ...headers }, remoteAddress });

describe('the embedded inbox', () => {
  it('lists its mails, whatever is written in them', async () => {
    expect((await local('/inbox')).body).toContain('Nothing yet');
    entries = [{ id: '1', from: 'watch@post', to: HOSTILE, subject: HOSTILE, receivedAt: new Date('2026-03-01T02:14:00Z') }];
    const page = await local('/inbox');
    expect(page.body).toContain('href="/inbox/1"');
    expect(page.body).toContain('2026-03-01 02:14:00 UTC');
    expect(page.body).toContain('&lt;script&gt;');
    expect(page.body).not.toMatch(/<script|<img/);
    expect(page.headers['content-security-policy']).not.toContain('script');
  });

  it('shows a mail in a room where nothing in it can run', async () => {
    const mail = await local('/inbox/1');
    expect(mail.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(mail.headers['content-security-policy']).toMatch(/^default-src 'none'.*sandbox/);
    expect(mail.headers['content-security-policy']).not.toMatch(/allow-scripts|script-src|allow-same-origin/);
    expect(mail.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });

  it('shows the source of a mail as text', async () => {
    const raw = await local('/inbox/1/raw');
    expect(raw.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(raw.body).toBe(MAIL);
  });

  it.each(['/inbox/2', '/inbox/..%2fetc', '/inbox/2/raw'])('has no %s', async (url) => {
    expect((await local(url)).statusCode).toBe(404);
  });

  it.each([['127.0.0.1', 'localhost'], ['::1', '[::1]:8080'], ['::ffff:127.0.0.1', '127.0.0.1:9']])('is shown to %s that asks for %s', async (address, host) => {
    expect((await local('/inbox', { host }, address)).statusCode).toBe(200);
  });

  it.each([['10.0.0.7', 'localhost'], ['127.0.0.1', 'evil.example.org'], ['127.0.0.1', 'localhost.evil.example.org'], ['127.0.0.1.evil', 'localhost']])(
    'is not shown to %s that asks for %s', async (address, host) => {
      for (const url of ['/inbox', '/inbox/1', '/inbox/1/raw']) expect((await local(url, { host }, address)).statusCode).toBe(403);
    });

  it('stays out of the description of the API', async () => {
    expect(Object.keys((await api.get('/openapi.json')).json.paths).filter((path) => path.includes('inbox'))).toEqual([]);
  });

  it('is not there where mails really go out', async () => {
    const other = await startApiUnderTest();
    expect((await other.app.inject({ url: '/inbox', headers: { host: 'localhost' } })).statusCode).toBe(404);
    await other.close();
  });
});
