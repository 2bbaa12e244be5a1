/** A real SMTP server on 127.0.0.1 that does wrong on demand. What it does wrong may change while it runs: every step asks anew. */
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime from 'postal-mime';
import type { Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerSession } from 'smtp-server';

export interface Faults {
  /** What the server does wrong at each step; left out, it does nothing wrong. */
  readonly greeting?: () => number | 'never' | undefined;
  readonly login?: { readonly user: string; readonly pass: string; readonly replyOtherwise: number };
  readonly recipient?: (address: string) => number | 'drop' | undefined;
  /** While a message is still coming, the line breaks. */
  readonly breaksOff?: () => boolean;
  /** After the whole message came: a refusal, a broken line, or no answer at all. */
  readonly message?: (nth: number) => number | 'drop' | 'silence' | undefined;
}

export interface FaultServer {
  readonly port: number;
  readonly url: string;
  /** Every message that came in full, whatever was answered. */
  readonly received: Email[];
  /** The same as they came. */
  readonly raw: Buffer[];
  /** Those of them that were not refused: a server that breaks off or falls silent after a whole message has it all the same. */
  readonly taken: Email[];
  readonly recipients: string[];
  readonly openConnections: () => number;
  /** Breaks every line that is open. */
  dropAll(): void;
  close(): Promise<void>;
}

export async function startFaultServer(faults: Faults = {}): Promise<FaultServer> {
  const received: Email[] = [];
  const raw: Buffer[] = [];
  const taken: Email[] = [];
  const recipients: string[] = [];
  const server = new SMTPServer({
    disabledCommands: faults.login ? ['STARTTLS'] : ['STARTTLS', 'AUTH'], allowInsecureAuth: true, logger: false, disableReverseLookup: true, closeTimeout: 10,
    onConnect(_session, greet) {
      const fault = faults.greeting?.();
      if (fault !== 'never') greet(fault === undefined ? null : refusal(fault, 'come back later'));
    },
    onAuth({ username, password }, _session, answer) {
      if (username === faults.login?.user && password === faults.login?.pass) answer(null, { user: username });
      else answer(refusal(faults.login?.replyOtherwise ?? 535, `credentials ${password} refused`));
    },
    onRcptTo({ address }, session, answer) {
      recipients.push(address);
      const fault = faults.recipient?.(address);
      if (fault === 'drop') drop(server, session);
      else answer(fault === undefined ? null : refusal(fault, 'recipient refused'));
    },
    onData(stream, session, answer) {
      // A line that breaks in the middle of a message left nothing to take.
      if (faults.breaksOff?.()) stream.once('data', () => drop(server, session));
      void buffer(stream).then(async (bytes) => {
        const email = await PostalMime.parse(bytes);
        received.push(email);
        raw.push(bytes);
        const fault = faults.message?.(received.length);
        if (typeof fault !== 'number') taken.push(email);
        if (fault === 'drop') drop(server, session);
        else if (fault !== 'silence') answer(fault === undefined ? null : refusal(fault, 'message refused'), 'OK id=test');
      }, () => {});
    },
  });
  server.on('error', () => {});
  const port = await new Promise<number>((resolve) => {
    const listening = server.listen(0, '127.0.0.1', () => resolve((listening.address() as AddressInfo).port));
  });
  return {
    port, url: `smtp://127.0.0.1:${port}`, received, raw, taken, recipients, openConnections: () => server.connections.size,
    dropAll: () => { for (const { _socket: socket } of server.connections) socket.destroy(); },
    close: () => new Promise((resolve) => { server.close(resolve); }),
  };
}

const refusal = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });

function drop(server: SMTPServer, { id }: SMTPServerSession): void {
  for (const { session, _socket: socket } of server.connections) if (session.id === id) socket.destroy();
}
