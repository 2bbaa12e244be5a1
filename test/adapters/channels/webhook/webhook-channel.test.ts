import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ChannelFailure } from '../../../../activities/ports/channel.ts';
import { createWebhookChannel, webhookIdOf } from '../../../../adapters/channels/webhook/webhook-channel.ts';
import type { WebhookOptions } from '../../../../adapters/channels/webhook/webhook-channel.ts';
import { INCIDENT, alertExample } from '../email/alert-example.ts';
import { NO_CONTENT, startEndpoint } from './endpoint.ts';
import type { AnswerWith, Endpoint, EndpointOptions } from './endpoint.ts';
import { WRITTEN_AT, digestExample, noticeExample, testExample } from './messages.ts';

const secretOf = (contactId: string): string => `whsec_${Buffer.from(contactId.repeat(32).slice(0, 32)).toString('base64')}`;
const KEY = `${INCIDENT}:0:0:webhook:anna.smith`;

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function peer(answer: AnswerWith = NO_CONTENT, options: Partial<WebhookOptions> = {}, endpointOptions: EndpointOptions = {}) {
  const endpoint = await startEndpoint(answer, endpointOptions);
  const channel = createWebhookChannel({ secretOf, allowedNetworks: ['127.0.0.0/8'], ...options });
  open.push(endpoint, channel);
  const message = alertExample({ to: endpoint.url, writtenAt: WRITTEN_AT });
  return { endpoint, channel, message, send: (deliveryKey = KEY, signal?: AbortSignal) => channel.send(message, deliveryKey, signal) };
}

const failureOf = (sending: Promise<unknown>): Promise<ChannelFailure> =>
  sending.then(() => { throw new Error('it was sent'); }, (error: ChannelFailure) => error);

/** As a receiver checks it, with the library of the standard. */
const verified = ({ posted }: Endpoint, secret: string, nth = 0): unknown =>
  new Webhook(secret).verify(posted[nth]?.body ?? '', posted[nth]?.headers as Record<string, string>);

describe('a message to a program', () => {
  it('is one POST of JSON with the three headers of the standard', async () => {
    const { endpoint, send } = await peer();
    const receipt = await send();
    expect(endpoint.posted).toHaveLength(1);
    expect(endpoint.posted[0]).toMatchObject({ method: 'POST', path: '/alerts', headers: { 'content-type': 'application/json', 'webhook-id': webhookIdOf(KEY) } });
    expect(Math.abs(Number(endpoint.posted[0]?.headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(30);
    expect(receipt).toEqual({ provider: 'webhook', providerId: webhookIdOf(KEY), answer: '204 No Content', units: null, cost: null });
  });

  it('has a signature that the receiver finds right, and wrong by the secret of another contact', async () => {
    const { endpoint, send } = await peer();
    await send();
    expect(verified(endpoint, secretOf('anna'))).toMatchObject({ type: 'incident.opened', timestamp: WRITTEN_AT, data: { incidentId: INCIDENT } });
    expect(() => verified(endpoint, secretOf('ben'))).toThrow('No matching signature found');
  });

  it('has a signature of all its bytes, of whatever script', async () => {
    const { endpoint, channel, message } = await peer();
    await channel.send({ ...message, sentence: 'Личность, 02:14, camera Hintertür 裏口 🚪' }, KEY);
    expect(verified(endpoint, secretOf('anna'))).toMatchObject({ data: { sentence: 'Личность, 02:14, camera Hintertür 裏口 🚪' } });
  });

  it.each([['a notice', noticeExample()], ['a digest', digestExample()], ['a test', testExample()]])('may be %s', async (_what, message) => {
    const { endpoint, channel } = await peer();
    await channel.send({ ...message, to: endpoint.url }, 'key');
    expect(verified(endpoint, secretOf('ops'))).toMatchObject({ data: { sentence: message.sentence } });
  });

  it('has the same id and the same body at the next try, and a signature of its own', async () => {
    const { endpoint, send } = await peer((response, nth) => { response.writeHead(nth === 1 ? 500 : 204).end(); });
    await failureOf(send());
    const first = endpoint.posted[0]?.headers['webhook-timestamp'];
    await vi.waitFor(() => expect(String(Math.floor(Date.now() / 1_000))).not.toBe(first), { timeout: 5_000 });
    await send();
    const [before, after] = endpoint.posted;
    expect(after?.headers['webhook-id']).toBe(before?.headers['webhook-id']);
    expect(after?.body).toBe(before?.body);
    expect(after?.headers['webhook-signature']).not.toBe(before?.headers['webhook-signature']);
    expect(verified(endpoint, secretOf('anna'), 1)).toBeTruthy();
  });

  it('has an id without a dot, and another one for another message', () => {
    expect(webhookIdOf('i:0:0:webhook:anna.smith@example.com')).toMatch(/^msg_[0-9a-f]{40}$/);
    expect(webhookIdOf('i:0:0:webhook:anna')).not.toBe(webhookIdOf('i:0:1:webhook:anna'));
  });

  it('goes to the endpoint of its query and path', async () => {
    const { endpoint, channel, message } = await peer();
    await channel.send({ ...message, to: `http://127.0.0.1:${endpoint.port}/a%20b/c?site=yard&x=1` }, KEY);
    expect(endpoint.posted[0]?.path).toBe('/a%20b/c?site=yard&x=1');
  });

  it('goes over one line with the others of a storm, at most four beside each other', async () => {
    const { endpoint, send } = await peer();
    await Promise.all(Array.from({ length: 40 }, (_, n) => send(`key-${n}`)));
    expect(endpoint.posted).toHaveLength(40);
    expect(endpoint.connections()).toBeLessThanOrEqual(4);
  });
});

describe('an endpoint that does not take a message', () => {
  it.each([
    [400, 'provider_unavailable'], [401, 'provider_unavailable'], [404, 'provider_unavailable'], [410, 'endpoint_gone'], [413, 'message_refused'], [422, 'message_refused'], [503, 'provider_unavailable'],
  ] as const)('and answers %d: %s, in its own words', async (status, code) => {
    const { send } = await peer((response) => { response.writeHead(status).end('<p>out of\npaper</p>'); });
    expect(await failureOf(send())).toMatchObject({ code, mayHaveArrived: false, detail: expect.stringMatching(new RegExp(`^${status} .*: <p>out of paper</p>$`)) });
  });

  it('says when to come back', async () => {
    const { send } = await peer((response) => { response.writeHead(429, { 'retry-after': '90' }).end(); });
    expect(await failureOf(send())).toMatchObject({ code: 'provider_unavailable', retryAfterMs: 90_000 });
  });

  it('and redirects, is not followed', async () => {
    const { endpoint, send } = await peer((response) => { response.writeHead(302, { location: '/elsewhere' }).end(); });
    expect(await failureOf(send())).toMatchObject({ code: 'message_refused', detail: '302 Found (to /elsewhere); redirects are not followed: enter the address that it leads to' });
    expect(endpoint.posted).toHaveLength(1);
  });

  it('and answers without end is read to 2 kB', async () => {
    let written = 0;
    const { send } = await peer((response) => {
      response.writeHead(500);
      const more = (): void => { while (!response.destroyed && response.write('x'.repeat(65_536))) written += 65_536; };
      response.on('drain', more).on('error', () => undefined);
      more();
    });
    expect(await failureOf(send())).toMatchObject({ code: 'provider_unavailable', detail: expect.stringMatching(/^500 Internal Server Error: x+…$/) });
    expect(written).toBeLessThan(50_000_000);
  });

  it('and never ends what it says after a success has taken it all the same', async () => {
    const { send } = await peer((response) => { response.writeHead(200).write('going on'); }, { timeouts: { sendMs: 400 } });
    expect(await send()).toMatchObject({ answer: '200 OK: going on' });
  });

  it('and breaks the line after a success has taken it all the same', async () => {
    const { send } = await peer((response) => { response.writeHead(200, { 'content-length': '100' }); response.write('half', () => response.destroy()); });
    expect(await send()).toMatchObject({ answer: '200 OK: half' });
  });

  it('and says nothing is cut off on time', async () => {
    const { endpoint, send } = await peer(() => undefined, { timeouts: { sendMs: 300 } });
    expect(await failureOf(send())).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false, detail: 'cut off: the endpoint took longer than a send may take' });
    expect(endpoint.posted).toHaveLength(1);
  });

  it('and whose name takes forever is cut off on time too', async () => {
    const { channel, message } = await peer(NO_CONTENT, { timeouts: { sendMs: 300 }, resolve: () => new Promise(() => undefined) });
    expect(await failureOf(channel.send({ ...message, to: 'http://hooks.example.com/' }, KEY))).toMatchObject({ code: 'provider_unavailable' });
  });

  it('and whose caller gave up hears nothing more', async () => {
    const { endpoint, send } = await peer();
    expect(await failureOf(send(KEY, AbortSignal.abort()))).toMatchObject({ code: 'provider_unavailable' });
    expect(endpoint.posted).toHaveLength(0);
  });

  it.each(['drop', 'junk'])('and answers no HTTP (%s) may be well again', async (what) => {
    const { send } = await peer((response) => { response.socket?.end(what === 'drop' ? '' : 'SSH-2.0-OpenSSH_9.2\r\n'); });
    expect(await failureOf(send())).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false });
  });

  it('and is not there may be back', async () => {
    const { endpoint, channel, message } = await peer();
    await endpoint.close();
    open.splice(open.indexOf(endpoint), 1);
    expect(await failureOf(channel.send(message, KEY))).toMatchObject({ code: 'provider_unavailable', detail: expect.stringContaining('ECONNREFUSED') });
  });

  it('and echoes what it knows does not bring the secret into what is thrown', async () => {
    const secret = secretOf('anna');
    const { send } = await peer((response) => { response.writeHead(500).end(`your secret is ${secret}, or ${secret.slice('whsec_'.length)}`); });
    expect(inspect(await failureOf(send()), { depth: 10, showHidden: true })).not.toContain(secret.slice('whsec_'.length));
  });

  it.each(['', 'example.org', 'ftp://example.org/', 'file:///etc/passwd', 'https://anna:geheim@example.org/'])('because its address is none is refused: %j', async (to) => {
    const { channel, message } = await peer();
    const failure = await failureOf(channel.send({ ...message, to }, KEY));
    expect(failure).toMatchObject({ code: 'recipient_refused' });
    expect(failure.detail).not.toContain('geheim');
  });
});

const noOpenssl = spawnSync('openssl', ['version']).status === 0 ? undefined : 'openssl is not installed';
if (noOpenssl !== undefined) console.warn(`SKIPPED: webhooks over TLS, because ${noOpenssl}`);

describe.skipIf(noOpenssl !== undefined)(`an endpoint with TLS${noOpenssl === undefined ? '' : ` (skipped: ${noOpenssl})`}`, () => {
  const certificate = (): { key: string; cert: string } => {
    const folder = mkdtempSync(join(tmpdir(), 'watchpost-tls-'));
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=hooks',
      '-addext', 'subjectAltName=DNS:hooks.example.com', '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')], { stdio: 'ignore' });
    try {
      return { key: readFileSync(join(folder, 'key.pem'), 'utf8'), cert: readFileSync(join(folder, 'cert.pem'), 'utf8') };
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }];

  it('is checked by the name in its address, wherever that leads', async () => {
    const tls = certificate();
    const { endpoint, channel, message } = await peer(NO_CONTENT, { authority: tls.cert, resolve }, { tls });
    await channel.send({ ...message, to: `https://hooks.example.com:${endpoint.port}/alerts` }, KEY);
    expect(endpoint.posted[0]?.headers.host).toBe(`hooks.example.com:${endpoint.port}`);
    expect(await failureOf(channel.send({ ...message, to: `https://other.example.com:${endpoint.port}/alerts` }, KEY))).toMatchObject({ code: 'provider_unavailable', detail: expect.stringContaining('other.example.com') });
  });

  it('is told nothing while its certificate is not trusted', async () => {
    const { endpoint, channel, message } = await peer(NO_CONTENT, { resolve }, { tls: certificate() });
    expect(await failureOf(channel.send({ ...message, to: `https://hooks.example.com:${endpoint.port}/alerts` }, KEY))).toMatchObject({ code: 'provider_unavailable', detail: expect.stringMatching(/certificate/) });
    expect(endpoint.posted).toHaveLength(0);
  });
});
