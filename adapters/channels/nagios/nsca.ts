/**
 * NSCA: how a Nagios on another machine is told. The daemon greets with 128 random bytes and its clock; we send one packet that
 * repeats the clock, mixed with those bytes and the password. It answers nothing, whatever it makes of the packet.
 */
import { randomFillSync } from 'node:crypto';
import { connect } from 'node:net';
import { crc32 } from 'node:zlib';
import { SendFailure } from '../send-failure.ts';
import type { ServiceState } from './service-state.ts';

export interface NscaServer {
  readonly host: string;
  readonly port: number;
  /** Of its `nsca.cfg`, where `decryption_method` is 1 (XOR). */
  readonly password: string;
}

const IV_BYTES = 128;
const GREETING_BYTES = IV_BYTES + 4;

/** Version 3 of the packet; its numbers are big-endian, and a C compiler put two bytes of padding behind the version and the end. */
const VERSION = 3;
const AT = { version: 0, crc: 4, timestamp: 8, state: 12, host: 14, service: 78, output: 206 } as const;
const PACKET_BYTES = 4_304;
const FIELD_BYTES = { host: 64, service: 128, output: 4_096 } as const;

export function packetOf({ host, service, state, output }: ServiceState, greeting: Buffer, password: string): Buffer {
  // Random where nothing is written: XOR shows the password wherever the packet is known.
  const packet = randomFillSync(Buffer.alloc(PACKET_BYTES));
  packet.writeInt16BE(VERSION, AT.version);
  packet.writeUInt32BE(0, AT.crc);
  // The daemon's own clock, as it was told us: it drops packets that are half a minute old.
  greeting.copy(packet, AT.timestamp, IV_BYTES, GREETING_BYTES);
  packet.writeInt16BE(state, AT.state);
  for (const [field, text] of [['host', host], ['service', service], ['output', output]] as const) {
    const bytes = Buffer.from(text).subarray(0, FIELD_BYTES[field] - 1);
    bytes.copy(packet, AT[field]);
    packet[AT[field] + bytes.length] = 0;
  }
  packet.writeUInt32BE(crc32(packet), AT.crc);
  mix(packet, greeting.subarray(0, IV_BYTES));
  mix(packet, Buffer.from(password));
  return packet;
}

function mix(packet: Buffer, key: Buffer): void {
  if (key.length === 0) return;
  for (let at = 0; at < packet.length; at += 1) packet[at] = (packet[at] ?? 0) ^ (key[at % key.length] ?? 0);
}

/** Resolves when the daemon has closed the line behind our packet: it has read it, and nobody knows what it thought of it. */
export function sendPacket({ host, port, password }: NscaServer, state: ServiceState, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => { reject(new SendFailure('provider_unavailable', `NSCA at ${host}:${port}: ${reason}`)); };
    if (signal.aborted) { fail(CUT_OFF); return; }
    const socket = connect({ host, port });
    const cutOff = (): void => { fail(CUT_OFF); socket.destroy(); };
    signal.addEventListener('abort', cutOff, { once: true });
    let greeting = Buffer.alloc(0);
    let sent = false;
    socket.on('data', (chunk) => {
      greeting = Buffer.concat([greeting, chunk]).subarray(0, GREETING_BYTES);
      if (sent || greeting.length < GREETING_BYTES) return;
      sent = true;
      socket.end(packetOf(state, greeting, password));
    });
    socket.on('error', (error) => { fail(error.message); });
    socket.on('close', () => {
      signal.removeEventListener('abort', cutOff);
      if (sent) resolve();
      else fail('it closed the line without a greeting: is this machine among its allowed_hosts?');
    });
  });
}

const CUT_OFF = 'cut off: it took longer than a send may take';
