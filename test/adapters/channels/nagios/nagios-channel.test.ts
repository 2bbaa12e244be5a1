import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { chmod, mkdtemp, open as openFile, readFile, rm, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { ChannelFailure } from '../../../../activities/ports/channel.ts';
import { createNagiosChannel } from '../../../../adapters/channels/nagios/nagios-channel.ts';
import { packetOf } from '../../../../adapters/channels/nagios/nsca.ts';
import { serviceStateOf } from '../../../../adapters/channels/nagios/service-state.ts';
import { INCIDENT_TELLINGS } from '../../../../contracts/delivery.ts';
import type { IncidentTelling } from '../../../../contracts/delivery.ts';
import { SEVERITIES } from '../../../../contracts/severity.ts';
import { alertExample } from '../email/alert-example.ts';
import { digestExample, noticeExample, testExample } from '../webhook/messages.ts';

const TO = 'yard gate/Camera 1.front';
const KEY = 'i:0:0:nagios:ops';
const alert = alertExample({ to: TO });

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const failureOf = (sending: Promise<unknown>): Promise<ChannelFailure> =>
  sending.then(() => { throw new Error('it was sent'); }, (error: ChannelFailure) => error);

describe('what is told, as a state', () => {
  it.each(SEVERITIES.flatMap((severity) => INCIDENT_TELLINGS.map((telling) => [telling, severity] as const)))('of an incident: %s, %s', (telling, severity) => {
    const states: Partial<Record<IncidentTelling, number>> = { taken: 1, over: 0 };
    expect(serviceStateOf({ ...alert, telling, severity }).state).toBe(states[telling] ?? (severity === 'high' || severity === 'critical' ? 2 : 1));
  });

  it.each([[noticeExample({ to: TO }), 1], [noticeExample({ to: TO, telling: 'well' }), 0], [testExample({ to: TO }), 0]])('of what is no incident', (message, state) => {
    expect(serviceStateOf(message)).toMatchObject({ host: 'yard gate', service: 'Camera 1.front', state });
  });

  it('does not exist for a digest', () => {
    expect(() => serviceStateOf(digestExample({ to: TO }))).toThrow(expect.objectContaining({ code: 'message_refused' }));
  });

  it.each(['', 'yard', 'yard/', '/cameras', 'yard/cameras/1', 'yard;x/cameras', 'yard/cam\nera'])('is of no service when the address is %j', (to) => {
    expect(() => serviceStateOf({ ...alert, to })).toThrow(expect.objectContaining({ code: 'recipient_refused' }));
  });

  it('is said in one line that ends no field, cut between characters', () => {
    expect(serviceStateOf({ ...alert, sentence: 'a;b|c\r\nd\u0000e', link: null }).output).toBe('a,b/c d e');
    const { output } = serviceStateOf({ ...alert, sentence: '🚪'.repeat(2_000) });
    expect(output).toMatch(/^(🚪)+…$/u);
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(3_500);
  });
});

describe('the command file', () => {
  async function folder(): Promise<string> {
    const made = await mkdtemp(join(tmpdir(), 'watchpost-command-'));
    closing.push(() => rm(made, { recursive: true }));
    return made;
  }
  async function pipe(reading: boolean): Promise<{ path: string; reader: FileHandle | undefined }> {
    const path = join(await folder(), 'nagios.cmd');
    execFileSync('mkfifo', [path]);
    const reader = reading ? await openFile(path, constants.O_RDWR | constants.O_NONBLOCK) : undefined;
    if (reader) closing.push(() => reader.close());
    return { path, reader };
  }

  it('gets one line, in one piece that no other writer\'s can fall into', async () => {
    const { path, reader } = await pipe(true);
    await createNagiosChannel({ commandFile: path }).send({ ...alert, sentence: '裏'.repeat(3_000) }, KEY);
    const { bytesRead, buffer } = await reader!.read(Buffer.alloc(65_536));
    expect(buffer.toString('utf8', 0, bytesRead)).toMatch(/^\[\d{10}\] PROCESS_SERVICE_CHECK_RESULT;yard gate;Camera 1\.front;1;裏+…\n$/);
    // PIPE_BUF of Linux.
    expect(bytesRead).toBeLessThan(4_096);
  });

  const unavailable = { code: 'provider_unavailable', mayHaveArrived: false };

  it('is not waited for when nobody reads it', async () => {
    const { path } = await pipe(false);
    expect(await failureOf(createNagiosChannel({ commandFile: path }).send(alert, KEY))).toMatchObject({ ...unavailable, detail: expect.stringContaining('no Nagios reads it') });
  });

  it('is waited for while it is full, but not for long', async () => {
    const { path, reader } = await pipe(true);
    const written = await reader!.write(Buffer.alloc(1_048_576));
    expect(written.bytesWritten).toBeGreaterThan(0);
    expect(await failureOf(createNagiosChannel({ commandFile: path, timeouts: { sendMs: 100 } }).send(alert, KEY))).toMatchObject({ ...unavailable, detail: expect.stringContaining('it stays full') });
    const sending = createNagiosChannel({ commandFile: path }).send(alert, KEY);
    await reader!.read(Buffer.alloc(1_048_576));
    await expect(sending).resolves.toMatchObject({ provider: 'nagios' });
  });

  it('is not made when it is not there', async () => {
    const path = join(await folder(), 'nagios.cmd');
    expect(await failureOf(createNagiosChannel({ commandFile: path }).send(alert, KEY))).toMatchObject({ ...unavailable, detail: expect.stringContaining('it is not there') });
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is left alone when it is a plain file', async () => {
    const path = join(await folder(), 'nagios.cmd');
    await writeFile(path, 'what somebody wrote');
    expect(await failureOf(createNagiosChannel({ commandFile: path }).send(alert, KEY))).toMatchObject({ ...unavailable, detail: expect.stringContaining('is no pipe but a file') });
    expect(await readFile(path, 'utf8')).toBe('what somebody wrote');
  });

  const root = process.getuid?.() === 0;
  it.skipIf(root)(`may be closed to us${root ? ' (skipped: nothing is closed to root)' : ''}`, async () => {
    const { path } = await pipe(true);
    await chmod(path, 0o400);
    expect(await failureOf(createNagiosChannel({ commandFile: path }).send(alert, KEY))).toMatchObject({ ...unavailable, detail: expect.stringContaining('must be in the group') });
  });

  it('goes before NSCA', async () => {
    const { path } = await pipe(true);
    expect(await createNagiosChannel({ commandFile: path, nsca: { host: '127.0.0.1', port: 1, password: '' } }).send(alert, KEY)).toMatchObject({ provider: 'nagios' });
  });
});

describe('an NSCA daemon', () => {
  /** Does what a real daemon does only when it is ill. */
  async function daemon(greet: (socket: Socket) => void): Promise<{ nsca: { host: string; port: number; password: string } }> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => { sockets.add(socket.on('error', () => undefined)); greet(socket); });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => { for (const socket of sockets) socket.destroy(); server.close(); });
    return { nsca: { host: '127.0.0.1', port: (server.address() as AddressInfo).port, password: 'geheim' } };
  }
  const unavailable = { code: 'provider_unavailable', mayHaveArrived: false };

  it('that is away may be back', async () => {
    const { nsca } = await daemon(() => undefined);
    for (const close of closing.splice(0)) await close();
    expect(await failureOf(createNagiosChannel({ nsca }).send(alert, KEY))).toMatchObject({ ...unavailable, detail: expect.stringContaining('ECONNREFUSED') });
  });

  it('that closes the line without a greeting has refused us', async () => {
    const { nsca } = await daemon((socket) => socket.end());
    expect(await failureOf(createNagiosChannel({ nsca }).send(alert, KEY))).toMatchObject({ ...unavailable, detail: expect.stringContaining('allowed_hosts') });
  });

  it.each([
    ['never greets', (): void => undefined], ['greets by halves', (socket: Socket): void => { socket.write(Buffer.alloc(100)); }],
    ['never ends the line', (socket: Socket): void => { socket.allowHalfOpen = true; socket.write(Buffer.alloc(132)); }],
  ] as const)('that %s is cut off on time', async (_what, greet) => {
    const { nsca } = await daemon(greet);
    expect(await failureOf(createNagiosChannel({ nsca, timeouts: { sendMs: 200 } }).send(alert, KEY))).toMatchObject({ ...unavailable, detail: expect.stringContaining('cut off') });
  });

  it('is told nothing once the caller has given up', async () => {
    let connections = 0;
    const { nsca } = await daemon(() => { connections += 1; });
    expect(await failureOf(createNagiosChannel({ nsca }).send(alert, KEY, AbortSignal.abort()))).toMatchObject(unavailable);
    expect(connections).toBe(0);
  });

  it('that greets in pieces gets one packet, which it can read', async () => {
    const greeting = Buffer.from(Array.from({ length: 132 }, (_, n) => (n * 7 + 1) % 256));
    const received: Buffer[] = [];
    const { nsca } = await daemon((socket) => {
      socket.on('data', (chunk) => { received.push(chunk); }).on('end', () => socket.end());
      socket.write(greeting.subarray(0, 50), () => setImmediate(() => socket.write(greeting.subarray(50))));
    });
    await createNagiosChannel({ nsca }).send(alert, KEY);
    const packet = Buffer.concat(received);
    expect(packet).toHaveLength(4_304);
    const key = Buffer.from(nsca.password);
    for (let at = 0; at < packet.length; at += 1) packet[at]! ^= greeting[at % 128]! ^ key[at % key.length]!;
    const text = (at: number): string => packet.toString('utf8', at, packet.indexOf(0, at));
    expect([packet.readInt16BE(0), packet.readUInt32BE(8), packet.readInt16BE(12), text(14), text(78), text(206)])
      .toEqual([3, greeting.readUInt32BE(128), 1, 'yard gate', 'Camera 1.front', expect.stringMatching(/^Person, 02:14, camera Back door https/)]);
    const crc = packet.readUInt32BE(4);
    packet.writeUInt32BE(0, 4);
    expect(crc32(packet)).toBe(crc);
  });
});

describe('a packet', () => {
  it('is another one each time, so that nothing of it is known where it says nothing', () => {
    const state = serviceStateOf(alert);
    expect(packetOf(state, Buffer.alloc(132), '').equals(packetOf(state, Buffer.alloc(132), ''))).toBe(false);
  });
});

it('without a way to any Nagios nothing can be told', async () => {
  expect(await failureOf(createNagiosChannel({}).send(alert, KEY))).toMatchObject({ code: 'channel_not_configured' });
});
