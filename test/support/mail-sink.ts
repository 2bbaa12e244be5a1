/** A mail server that takes every mail at once, and remembers of each no more than its name and its reader. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface MailSink {
  readonly url: string;
  /** Mails by the part of the reader's address before the @. A mail that came twice counts twice. */
  readonly takenBy: ReadonlyMap<string, number>;
  /** Mails that came more than once. */
  repeated(): number;
  close(): Promise<void>;
}

/** The headers of our mails are shorter. */
const HEAD_BYTES = 4_096;

export async function startMailSink(): Promise<MailSink> {
  const takenBy = new Map<string, number>();
  const ids = new Set<string>();
  let repeats = 0;
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'], logger: false, disableReverseLookup: true, closeTimeout: 1_000,
    onData(stream, session, answer) {
      let head = '';
      stream.on('data', (chunk: Buffer) => { if (head.length < HEAD_BYTES) head += chunk.toString('latin1', 0, HEAD_BYTES); });
      stream.on('end', () => {
        const id = /^message-id:\s*(\S+)/im.exec(head)?.[1] ?? '';
        if (ids.has(id)) repeats += 1;
        ids.add(id);
        for (const { address } of session.envelope.rcptTo) {
          const reader = address.split('@')[0] ?? '';
          takenBy.set(reader, (takenBy.get(reader) ?? 0) + 1);
        }
        answer(null, 'taken');
      });
    },
  });
  // A client that breaks off was not answered and sends again.
  server.on('error', () => {});
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return {
    url: `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`, takenBy,
    repeated: () => repeats,
    close: () => new Promise((done) => { server.close(done); }),
  };
}
