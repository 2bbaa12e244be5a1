import ipaddr from 'ipaddr.js';
import { afterEach, describe, expect, it } from 'vitest';
import { createWebhookChannel } from '../../../../adapters/channels/webhook/webhook-channel.ts';
import { isPermitted } from '../../../../adapters/channels/webhook/address-guard.ts';
import type { ResolvedAddress } from '../../../../adapters/channels/webhook/address-guard.ts';
import { alertExample } from '../email/alert-example.ts';
import { NO_CONTENT, startEndpoint } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const KEY = 'i:0:0:webhook:anna';
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

describe('an address is permitted', () => {
  it.each(['93.184.215.14', '8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2a00:1450:4001::8a'])('that is public: %s', (address) => {
    expect(isPermitted(address, [])).toBe(true);
  });

  it.each([
    ['this machine', '127.0.0.1'], ['this machine', '127.255.255.254'], ['this machine', '0.0.0.0'], ['this machine', '0.1.2.3'], ['this machine', '::1'], ['this machine', '::'],
    ['private', '10.0.0.1'], ['private', '172.16.0.1'], ['private', '172.31.255.255'], ['private', '192.168.1.1'], ['unique-local', 'fd00::1'], ['unique-local', 'fc00::1'],
    ['link-local, where clouds keep their secrets', '169.254.169.254'], ['link-local', 'fe80::1'], ['link-local', 'fe80::1%eth0'], ['site-local, as it once was', 'fec0::1'],
    ['carrier-grade NAT', '100.64.0.1'], ['carrier-grade NAT', '100.127.255.255'], ['multicast', '224.0.0.1'], ['multicast', 'ff02::1'], ['broadcast', '255.255.255.255'],
    ['reserved', '240.0.0.1'], ['reserved', '192.0.0.8'], ['benchmarking', '198.18.0.1'], ['benchmarking', '2001:2::1'], ['discarded', '100::1'],
    ['documentation', '192.0.2.1'], ['documentation', '198.51.100.1'], ['documentation', '203.0.113.1'], ['documentation', '2001:db8::1'], ['documentation', '3fff::1'],
    ['IPv4-mapped', '::ffff:10.0.0.1'], ['IPv4-mapped', '::ffff:8.8.8.8'], ['IPv4-mapped', '::ffff:7f00:1'], ['IPv4-compatible', '::127.0.0.1'], ['IPv4-translated', '::ffff:0:10.0.0.1'],
    ['NAT64', '64:ff9b::10.0.0.1'], ['NAT64', '64:ff9b::a00:1'], ['local NAT64', '64:ff9b:1::10.0.0.1'], ['6to4', '2002:a00:1::1'], ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['in no range that anybody has', '4000::1'], ['no address', 'localhost'], ['no address', ''],
  ])('only if it is public, and not %s: %s', (_what, address) => {
    expect(isPermitted(address, [])).toBe(false);
  });

  it.each([
    ['10.1.2.3', '10.0.0.0/8', true], ['10.1.2.3', '10.1.2.3/32', true], ['10.1.2.4', '10.1.2.3/32', false], ['192.168.1.1', '10.0.0.0/8', false],
    ['fd00::1', 'fd00::/8', true], ['fd00::1', '10.0.0.0/8', false], ['::ffff:10.1.2.3', '10.0.0.0/8', true], ['::ffff:10.1.2.3', '::ffff:0:0/96', true],
    ['64:ff9b::10.1.2.3', '10.0.0.0/8', false], ['64:ff9b::10.1.2.3', '64:ff9b::/96', true],
  ])('%s within %s: %s', (address, network, permitted) => {
    expect(isPermitted(address, [ipaddr.parseCIDR(network)])).toBe(permitted);
  });
});

describe('an endpoint in a forbidden network is not connected to', () => {
  const sendTo = async (to: string, allowedNetworks: readonly string[] = [], resolve?: (hostname: string) => Promise<readonly ResolvedAddress[]>): Promise<unknown> => {
    const channel = createWebhookChannel({ secretOf: () => SECRET, allowedNetworks, ...(resolve ? { resolve } : {}) });
    open.push(channel);
    return channel.send(alertExample({ to }), KEY).then(() => 'sent', (error: unknown) => error);
  };
  const endpoint = async (...options: Parameters<typeof startEndpoint>): Promise<Endpoint> => {
    const started = await startEndpoint(...options);
    open.push(started);
    return started;
  };
  const v4 = (...addresses: string[]): ResolvedAddress[] => addresses.map((address) => ({ address, family: 4 }));
  const FORBIDDEN = { code: 'address_forbidden', mayHaveArrived: false };

  it.each(['127.0.0.1', '0x7f.1', '2130706433', '0177.0.0.1', '127.1', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '0', 'localhost', 'LocalHost', '１２７.0.0.1'])('however it is written: %s', async (host) => {
    const local = await endpoint();
    expect(await sendTo(`http://${host}:${local.port}/`)).toMatchObject(FORBIDDEN);
    expect(local.connections()).toBe(0);
  });

  it('over https either', async () => {
    const local = await endpoint();
    expect(await sendTo(`https://127.0.0.1:${local.port}/`)).toMatchObject(FORBIDDEN);
    expect(await sendTo(`https://hooks.example.com:${local.port}/`, [], async () => v4('127.0.0.1'))).toMatchObject(FORBIDDEN);
    expect(local.connections()).toBe(0);
  });

  it('by its name, of which the refusal does not tell where it leads', async () => {
    const local = await endpoint();
    const refusal = await sendTo(`http://hooks.example.com:${local.port}/`, [], async () => v4('127.0.0.1'));
    expect(refusal).toMatchObject({ ...FORBIDDEN, detail: expect.stringContaining('hooks.example.com leads into a private') });
    expect(String(refusal)).not.toContain('127.0.0.1');
    expect(local.connections()).toBe(0);
  });

  it('unless the operator allows that network', async () => {
    const local = await endpoint();
    expect(await sendTo(local.url, ['127.0.0.0/8'])).toBe('sent');
    expect(await sendTo(`http://[::ffff:127.0.0.1]:${local.port}/`, ['127.0.0.0/8'])).toBe('sent');
    expect(await sendTo(`http://hooks.example.com:${local.port}/`, ['10.0.0.0/8', '127.0.0.0/8'], async () => v4('127.0.0.1'))).toBe('sent');
  });

  it('after a redirect either, because none is followed', async () => {
    const secret = await endpoint(NO_CONTENT, { host: '127.0.0.2' });
    const redirecting = await endpoint((response) => { response.writeHead(307, { location: secret.url }).end(); });
    expect(await sendTo(redirecting.url, ['127.0.0.1/32'])).toMatchObject({ code: 'message_refused' });
    expect(secret.connections()).toBe(0);
  });

  it('when a name that led elsewhere leads there now', async () => {
    const meant = await endpoint((response) => { response.writeHead(204, { connection: 'close' }).end(); }, { host: '127.0.0.2' });
    const secret = await endpoint(NO_CONTENT, { host: '127.0.0.1', port: meant.port });
    // What a hostile DNS does: one answer for the check, another one for the connection.
    const answers = [v4('127.0.0.2'), v4('127.0.0.1')];
    const asked: string[] = [];
    const channel = createWebhookChannel({
      secretOf: () => SECRET, allowedNetworks: ['127.0.0.2/32'],
      resolve: async (hostname) => { asked.push(hostname); return answers.shift() ?? []; },
    });
    open.push(channel);
    const message = alertExample({ to: `http://hooks.example.com:${meant.port}/` });
    await channel.send(message, KEY);
    expect([meant.posted.length, asked]).toEqual([1, ['hooks.example.com']]);
    await expect(channel.send(message, KEY)).rejects.toMatchObject(FORBIDDEN);
    expect([asked.length, secret.connections()]).toEqual([2, 0]);
  });

  it('when its name has a permitted address too: only that one is used', async () => {
    const meant = await endpoint(NO_CONTENT, { host: '127.0.0.2' });
    const secret = await endpoint(NO_CONTENT, { host: '127.0.0.1', port: meant.port });
    expect(await sendTo(`http://hooks.example.com:${meant.port}/`, ['127.0.0.2/32'], async () => v4('127.0.0.1', '127.0.0.2', '127.0.0.1'))).toBe('sent');
    expect([meant.posted.length, secret.connections()]).toEqual([1, 0]);
    await meant.close();
    open.splice(open.indexOf(meant), 1);
    expect(await sendTo(`http://hooks.example.com:${meant.port}/`, ['127.0.0.2/32'], async () => v4('127.0.0.1', '127.0.0.2'))).toMatchObject({ code: 'provider_unavailable' });
    expect(secret.connections()).toBe(0);
  });

  it('and a name that nobody knows may be known at the next try', async () => {
    expect(await sendTo('http://hooks.example.invalid/')).toMatchObject({ code: 'provider_unavailable', detail: expect.stringMatching(/hooks\.example\.invalid/) });
  });
});
