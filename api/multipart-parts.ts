/** Takes a multipart body apart while it comes in (RFC 2046, 5.1, and RFC 7578). What its parts mean is not decided here. */
import { MIMEType } from 'node:util';
import { Dicer } from '@fastify/busboy';
import { Failure } from '../contracts/failures.ts';

export interface Part {
  readonly name: string;
  /** Lower case, without parameters; undefined when none is given or it is none. */
  readonly mediaType: string | undefined;
  /** The first of that name, which is given in lower case. */
  header(name: string): string | undefined;
  readonly bytes: Buffer;
}

export interface PartReader {
  write(chunk: Buffer): void;
  /** All parts in order, once the last chunk is written. Throws `multipart_malformed`. */
  end(): Promise<Part[]>;
}

/** RFC 2046, 5.1.1. */
const MAX_BOUNDARY = 70;
/** A name, a file name, a type and a digest are below one kilobyte; a flood of header lines must not be kept. */
const MAX_HEADER_BYTES = 8 * 1024;
const MAX_HEADERS = 32;

interface ComingPart {
  /** Undefined until they are whole, and for good where they never are. */
  headers: Readonly<Record<string, readonly string[]>> | undefined;
  readonly chunks: Buffer[];
  readonly ended: Promise<void>;
}

/** What is wrong is said at the end, once the body was read: a sender that is still writing does not hear an answer. */
export function openPartReader(contentType: string, maxParts: number): PartReader {
  const boundary = mimeType(contentType)?.params.get('boundary') ?? '';
  if (boundary.length > 0 && boundary.length <= MAX_BOUNDARY) return readBetween(boundary, maxParts);
  return {
    write() {},
    end: async () => { throw malformed(`the content type names no boundary of 1 to ${MAX_BOUNDARY} characters`); },
  };
}

function readBetween(boundary: string, maxParts: number): PartReader {
  const limits: Dicer.Config & { maxHeaderSize: number } = { boundary, maxHeaderPairs: MAX_HEADERS, maxHeaderSize: MAX_HEADER_BYTES };
  const dicer = new Dicer(limits);
  const parts: ComingPart[] = [];
  let fault: Failure | undefined;
  const settled = new Promise<void>((resolve) => {
    dicer.once('finish', resolve);
    dicer.on('error', () => {
      fault ??= malformed('the body ends before its closing boundary');
      resolve();
    });
  });
  dicer.on('part', (stream) => {
    if (parts.length < maxParts) return void parts.push(collect(stream));
    fault ??= malformed(`more than ${maxParts} parts`);
    stream.on('error', () => {}).resume();
  });

  return {
    write(chunk) {
      // Its backpressure is not waited for: what has arrived is held in memory anyway, and counted by who hands it in.
      if (fault === undefined) dicer.write(chunk);
    },
    async end() {
      if (fault === undefined) {
        dicer.end();
        await settled;
      }
      if (fault !== undefined) throw fault;
      await Promise.all(parts.map(({ ended }) => ended));
      return parts.map(readPart);
    },
  };
}

function collect(stream: Dicer.PartStream): ComingPart {
  const chunks: Buffer[] = [];
  const part: ComingPart = {
    headers: undefined,
    chunks,
    // A part that breaks off breaks the whole body off, which says so.
    ended: new Promise((resolve) => { stream.once('end', resolve).once('error', () => resolve()); }),
  };
  stream.on('header', (headers) => { part.headers = headers as Record<string, string[]>; });
  stream.on('data', (chunk) => { chunks.push(chunk as Buffer); });
  return part;
}

function readPart({ headers, chunks }: ComingPart, index: number): Part {
  const header = (name: string): string | undefined => (headers !== undefined && Object.hasOwn(headers, name) ? headers[name]?.[0] : undefined);
  // Content-Disposition has the grammar of a media type behind its first word.
  const disposition = mimeType(`multipart/${header('content-disposition') ?? ''}`);
  const name = disposition?.subtype === 'form-data' ? disposition.params.get('name') : null;
  if (name === null || name === undefined) throw malformed(`part ${index + 1} has no Content-Disposition of form-data with a name`);
  return { name, mediaType: mimeType(header('content-type') ?? '')?.essence, header, bytes: Buffer.concat(chunks) };
}

function mimeType(text: string): MIMEType | undefined {
  try {
    return new MIMEType(text);
  } catch {
    return undefined;
  }
}

export const malformed = (reason: string): Failure => new Failure('multipart_malformed', reason);
