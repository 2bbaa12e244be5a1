import { describe, expect, it } from 'vitest';
import { parseSender } from '../../../../adapters/channels/email/email-message.ts';
import { parseSmtpUrl } from '../../../../adapters/channels/email/smtp-url.ts';

describe('the address of a mail server', () => {
  it.each([
    ['smtp://mail.example.com', { host: 'mail.example.com', port: 587, secure: false, requireTLS: false, verifyCertificate: true, auth: null }],
    ['smtps://mail.example.com', { port: 465, secure: true, requireTLS: false }],
    ['smtp://127.0.0.1:2525', { host: '127.0.0.1', port: 2525 }],
    ['smtp://[::1]:25', { host: '::1', port: 25 }],
    ['smtp://me%40example.com:p%40ss%3Aw%2Frd@mail.example.com', { auth: { user: 'me@example.com', pass: 'p@ss:w/rd' } }],
    ['smtps://mail.example.com?verifyCertificate=false', { verifyCertificate: false }],
  ])('%s is understood', (url, server) => {
    expect(parseSmtpUrl(url)).toMatchObject(server);
  });

  it.each([
    ['smtp://me:pw@mail.example.com', true],
    ['smtp://me:pw@mail.example.com?requireTLS=false', false],
    ['smtp://me:pw@localhost:1025', false],
    ['smtp://mail.example.com?requireTLS=true', true],
  ])('%s requires TLS: %s, because a password never travels in the clear unless somebody says so', (url, requireTLS) => {
    expect(parseSmtpUrl(url).requireTLS).toBe(requireTLS);
  });

  it.each([
    'mail.example.com', 'http://me:s3cret@mail.example.com', 'smtp://', 'smtp://me:s3cret@host:notaport', 'smtp://me:s3cret@host?tls=yes',
    'smtp://me:s3cret@host?requireTLS=yes', 'smtp://me:s3cret/x@host', 'smtp://me:s3cret%zz@host', 'smtp://me:s3#cret@host', '',
  ])('%j is refused, and its password is not repeated', (url) => {
    const refusal = (() => { try { parseSmtpUrl(url); } catch (error) { return error as Error; } return undefined; })();
    expect(refusal).toMatchObject({ code: 'setting_invalid' });
    expect(refusal?.message).toContain('SMTP_URL');
    expect(refusal?.message).not.toContain('s3');
  });
});

describe('the sender', () => {
  it.each([
    ['Watchpost <alerts@example.com>', { name: 'Watchpost', address: 'alerts@example.com', domain: 'example.com' }],
    ['"Watchpost, Berlin" <alerts@example.com>', { name: 'Watchpost, Berlin', address: 'alerts@example.com', domain: 'example.com' }],
    ['watchpost@localhost', { name: '', address: 'watchpost@localhost', domain: 'localhost' }],
  ])('%s is understood', (text, sender) => {
    expect(parseSender(text)).toEqual(sender);
  });

  it.each(['Watchpost', 'a@b, c@d', 'x <a@b>\r\nBcc: c@d', '<>', ''])('%j is refused', (text) => {
    expect(() => parseSender(text)).toThrow('setting_invalid');
  });
});
