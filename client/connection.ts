/** One HTTP call to the API: a parsed answer, `Refused` or `Unreachable`. */
import { Agent, request } from 'undici';
import type { Problem } from '../api/shapes/problem.ts';
import { Refused, Unreachable } from './errors.ts';

export interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Answered {
  readonly status: number;
  readonly bytes: Buffer;
  readonly mediaType: string;
}

export interface Connection {
  /** Throws `Refused` or `Unreachable`, the reason of the signal, or what the caller did wrong. */
  call(call: Call): Promise<Answered>;
  json<T>(call: Call): Promise<T>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** A host that does not take a connection in this time is away; the next try may find another behind the same name. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Silence after the request is out. Far above the slowest honest answer, so that a hung server does not hold a frame for minutes. */
const ANSWER_TIMEOUT_MS = 30_000;

/** Errors of undici that no second try mends: something cannot be sent at all, or the client was closed. */
const OF_THE_CALLER = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED']);

export function createConnection({ baseUrl, key }: { readonly baseUrl: string; readonly key: string }): Connection {
  if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl)) throw new TypeError(`${JSON.stringify(baseUrl)} is not the address of an API, such as https://watchpost.example.org`);
  // Read from a file it may end in a line break, which no header can hold. The key itself stays out of the message.
  if (!/^[\x21-\x7e]+$/.test(key)) throw new TypeError('the key is empty or holds spaces or line breaks');
  const base = baseUrl.replace(/\/+$/, '');
  const agent = new Agent({ connectTimeout: CONNECT_TIMEOUT_MS, headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS });

  async function call({ method, path, query, json, bytes, headers, signal }: Call): Promise<Answered> {
    const parameters = Object.entries(query ?? {}).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]]));
    try {
      const answer = await request(`${base}${path}${parameters.length > 0 ? `?${new URLSearchParams(parameters)}` : ''}`, {
        dispatcher: agent,
        method,
        headers: { authorization: `Bearer ${key}`, ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        body: json === undefined ? bytes ?? null : JSON.stringify(json),
        signal: signal ?? null,
      });
      const content = Buffer.from(await answer.body.arrayBuffer());
      const mediaType = first(answer.headers['content-type']) ?? '';
      if (answer.statusCode >= 200 && answer.statusCode < 300) return { status: answer.statusCode, bytes: content, mediaType };
      throw new Refused(answer.statusCode, problemIn(content), first(answer.headers['retry-after']));
    } catch (error) {
      if (error instanceof Refused) throw error;
      signal?.throwIfAborted();
      if (OF_THE_CALLER.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      throw new Unreachable(base, error);
    }
  }

  return {
    call,
    async json<T>(wanted: Call): Promise<T> {
      const { status, bytes } = await call(wanted);
      try {
        return JSON.parse(bytes.toString()) as T;
      } catch {
        throw new Refused(status, { title: 'the answer is not JSON, so it did not come from Watchpost' });
      }
    },
    close: () => agent.close(),
  };
}

/** Empty for what is no problem of ours, such as a proxy's own page. */
function problemIn(content: Buffer): Partial<Problem> {
  try {
    const problem: unknown = JSON.parse(content.toString());
    return typeof problem === 'object' && problem !== null ? problem : {};
  } catch {
    return {};
  }
}

const first = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header);
