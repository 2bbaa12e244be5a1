/** One request to the API of a provider: bounded in time and size, never repeated, and it is always known whether the provider was given all of it. */
import { Readable } from 'node:stream';
import { Agent, request } from 'undici';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Nobody answered. `handedOver`: the provider was given the whole request, so it may have done what was asked. */
export class NoAnswer extends Error {
  readonly handedOver: boolean;

  constructor(message: string, handedOver: boolean) {
    super(message);
    this.handedOver = handedOver;
  }
}

export interface Poster {
  /** `headers` say what the body is. Throws nothing but `NoAnswer`. Redirects are answers: what is meant for one provider goes to no other. */
  post(url: string, body: unknown, headers: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<Answer>;
  close(): void;
}

export interface PostTimeouts {
  /** Name look-up, connection and TLS together. */
  readonly connectMs: number;
  /** Silence of the provider once connected. */
  readonly silenceMs: number;
}

/** Both lie under what a whole send may take, so that the reason said is the true one. */
const TIMEOUTS: PostTimeouts = { connectMs: 10_000, silenceMs: 50_000 };
/** What fits a socket's buffer: a request counts as handed over only when its last portion has gone, and a mail with a picture has many. */
const PORTION_BYTES = 65_536;
/** Answers are a line or a few; what is longer is an error page that nobody reads to its end. */
const MAX_ANSWER_BYTES = 65_536;

export function createPoster(timeouts: Partial<PostTimeouts> = {}): Poster {
  const { connectMs, silenceMs } = { ...TIMEOUTS, ...timeouts };
  const agent = new Agent({ connect: { timeout: connectMs }, headersTimeout: silenceMs, bodyTimeout: silenceMs });
  return {
    async post(url, body, headers, signal) {
      const bytes = Buffer.from(JSON.stringify(body));
      const stream = Readable.from(portionsOf(bytes), { objectMode: false, highWaterMark: 1 });
      let handedOver = false;
      stream.once('end', () => { handedOver = true; });
      try {
        const { statusCode, headers: answered, body: text } = await request(url, {
          method: 'POST', dispatcher: agent, body: stream, signal: signal ?? null,
          headers: { ...headers, 'Content-Length': String(bytes.length) },
        });
        return { status: statusCode, headers: answered, body: await textOf(text) };
      } catch (error) {
        throw new NoAnswer(signal?.aborted ? 'cut off: the provider took longer than a send may take' : wordsOf(error), handedOver);
      }
    },
    close: () => { void agent.close(); },
  };
}

function* portionsOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PORTION_BYTES) yield bytes.subarray(at, at + PORTION_BYTES);
}

/** The status is the answer; what stands below it is for people, so a line that breaks within it takes nothing back. */
async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_ANSWER_BYTES) break;
    }
  } catch {
    // Said above.
  }
  return Buffer.concat(chunks).toString('utf8', 0, MAX_ANSWER_BYTES);
}

/** A host with several addresses fails with an error for each and a message of none. */
function wordsOf(error: unknown): string {
  const { message, code, name } = error as Error & { code?: string };
  return message || code || name;
}
