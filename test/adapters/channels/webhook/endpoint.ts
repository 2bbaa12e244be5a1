/** A real HTTP server on an address of 127.0.0.0/8 that keeps what it was posted and answers as told. What it answers may change while it runs. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Posted {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Endpoint {
  readonly port: number;
  /** By its address. */
  readonly url: string;
  readonly posted: Posted[];
  connections(): number;
  close(): Promise<void>;
}

export interface EndpointOptions {
  readonly host?: string;
  readonly port?: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

export type AnswerWith = (response: ServerResponse, nth: number) => void;

export const NO_CONTENT: AnswerWith = (response) => { response.writeHead(204).end(); };

export async function startEndpoint(answer: AnswerWith = NO_CONTENT, { host = '127.0.0.1', port = 0, tls }: EndpointOptions = {}): Promise<Endpoint> {
  const posted: Posted[] = [];
  let connections = 0;
  const listener: RequestListener = (request, response) => {
    void text(request).then((body) => {
      posted.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
      answer(response, posted.length);
    }, () => undefined);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on('connection', () => { connections += 1; });
  server.listen(port, host);
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound, url: `${tls ? 'https' : 'http'}://${host}:${bound}/alerts`, posted,
    connections: () => connections,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
