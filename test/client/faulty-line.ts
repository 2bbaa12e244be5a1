/** A line to the API on which things go wrong as told: a real HTTP server that passes on what it is not told to spoil. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';

export type Fault = (incoming: IncomingMessage, answer: ServerResponse, passOn: () => Promise<{ status: number; body: Buffer }>) => unknown;

export interface FaultyLine {
  readonly url: string;
  /** One per request, in order; when they are used up everything is passed on. */
  faults: Fault[];
  /** Requests so far. */
  readonly requests: { readonly headers: IncomingMessage['headers']; readonly url: string }[];
  close(): Promise<void>;
}

export async function startFaultyLine(target: string): Promise<FaultyLine> {
  const line = { faults: [] as Fault[], requests: [] as FaultyLine['requests'][number][] };
  const server = createServer((incoming, answer) => {
    line.requests.push({ headers: incoming.headers, url: incoming.url ?? '' });
    const fault = line.faults.shift();
    void (fault ? fault(incoming, answer, () => passOn(incoming, target)) : deliver(incoming, answer, target));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(line, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

async function passOn(incoming: IncomingMessage, target: string): Promise<{ status: number; body: Buffer }> {
  const { connection: _connection, 'transfer-encoding': _encoding, ...headers } = incoming.headers;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const answer = await request(target + (incoming.url ?? ''), { method: incoming.method as 'POST', headers: headers as Record<string, string>, body: body.length > 0 ? body : null });
  return { status: answer.statusCode, body: Buffer.from(await answer.body.arrayBuffer()) };
}

async function deliver(incoming: IncomingMessage, answer: ServerResponse, target: string): Promise<void> {
  const { status, body } = await passOn(incoming, target);
  answer.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

/** Cuts the line at once. */
export const cut: Fault = (incoming) => incoming.socket.destroy();
/** Cuts it while the body is on its way. */
export const cutInTheMiddle: Fault = (incoming) => incoming.once('data', () => incoming.socket.resetAndDestroy());
/** The API does what was asked, and its answer is lost. */
export const loseTheAnswer: Fault = async (incoming, _answer, passOnNow) => { await passOnNow(); incoming.socket.destroy(); };
/** Half of an answer, then nothing. */
export const halfAnAnswer: Fault = async (incoming, answer, passOnNow) => {
  const { status, body } = await passOnNow();
  answer.writeHead(status, { 'content-length': body.length }).write(body.subarray(0, 20), () => incoming.socket.destroy());
};
/** Somebody else answers. */
export const say = (status: number, headers: Record<string, string> = {}, body = ''): Fault => (incoming, answer) => {
  incoming.resume().on('end', () => answer.writeHead(status, headers).end(body));
};
