/** Stands before the server of an API on 127.0.0.1 and does wrong on demand. What it does wrong may change while it runs: every request asks anew. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ApiRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed. */
  readonly body: unknown;
  /** What was done wrong with it. */
  readonly fault?: ApiFault;
}

/**
 * An answer of its own; `early`: the line breaks while the request is still coming; `drop`: it breaks after the whole
 * request; `hang`: no answer at all; `lost`: the API does what was asked, and its answer is lost.
 */
export type ApiFault = { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown } | 'early' | 'drop' | 'hang' | 'lost';

export interface ApiFront {
  readonly url: string;
  /** Every request that came in full, whatever was answered. */
  readonly received: ApiRequest[];
  readonly openConnections: () => number;
  stop(): Promise<void>;
}

/** `fault` is asked with the number of the request, from 1. `answerHeaders` are added to every answer of the API. */
export async function startApiFront(
  apiUrl: string, fault: (nth: number) => ApiFault | undefined = () => undefined, answerHeaders: Readonly<Record<string, string>> = {},
): Promise<ApiFront> {
  const received: ApiRequest[] = [];
  let requests = 0;
  let connections = 0;
  const server = createServer((request, response) => {
    // A line that breaks in the middle of a request is the end of that request and of nothing else.
    answer(request, response).catch(() => request.socket.destroy());
  });
  server.on('connection', (socket) => {
    connections += 1;
    socket.once('close', () => { connections -= 1; });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wrong = fault(requests += 1);
    if (wrong === 'early') { request.socket.destroy(); return; }
    const raw = await text(request);
    received.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(raw), ...(wrong === undefined ? {} : { fault: wrong }) });
    if (wrong === 'drop') { request.socket.destroy(); return; }
    if (wrong === 'hang') return;
    if (wrong !== undefined && wrong !== 'lost') {
      response.writeHead(wrong.status, { 'content-type': 'application/json', ...wrong.headers });
      response.end(wrong.body === undefined ? '' : JSON.stringify(wrong.body));
      return;
    }
    const { authorization } = request.headers;
    const answered = await fetch(apiUrl + request.url, {
      method: request.method ?? 'POST', body: raw, headers: { 'content-type': request.headers['content-type'] ?? '', ...(authorization === undefined ? {} : { authorization }) },
    });
    const body = await answered.text();
    if (wrong === 'lost') { request.socket.destroy(); return; }
    response.writeHead(answered.status, { ...Object.fromEntries([...answered.headers].filter(([name]) => PASSED_ON.has(name))), ...answerHeaders });
    response.end(body);
  }

  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  return {
    url: `http://127.0.0.1:${port}`, received, openConnections: () => connections,
    stop: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
}

const PASSED_ON = new Set(['content-type', 'sl-violations', 'retry-after']);
