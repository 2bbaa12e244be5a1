/** A real SMTP server on 127.0.0.1 that does wrong on demand. */
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime from 'postal-mime';
import type { Email } from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import type { SMTPServerSession } from 'smtp-server';

export interface Faults {
  /** What the server does wrong at each step; left out, it does nothing wrong. */
  readonly greeting?: 'never';
  readonly login?: { readonly user: string; readonly pass: string; readonly replyOtherwise: number };
  readonly recipient?: (address: string) => number | 'drop' | undefined;
  /** After the whole message came: a refusal, a broken line, or no answer at all. */
  readonly message?: (nth: number) => number | 'drop' | 'silence' | undefined;
}

export interface FaultServer {
  readonly port: number;
  readonly url: string;
  /** Every message that came in full, whatever was answered. */
  readonly received: Email[];
  readonly recipients: string[];
  readonly openConnections: () => number;
  close(): Promise<void>;
}

export async function startFaultServer(faults: Faults = {}): Promise<FaultServer> {
  const received: Email[] = [];
  const recipients: string[] = [];
  const server = new SMTPServer({
    disabledCommands: faults.login ? ['STARTTLS'] : ['STARTTLS', 'AUTH'], allowInsecureAuth: true, logger: false, disableReverseLookup: true, closeTimeout: 10,
    onConnect(_session, greet) {
      if (faults.greeting !== 'never') greet();
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
      void buffer(stream).then(async (raw) => {
        received.push(await PostalMime.parse(raw));
        const fault = faults.message?.(received.length);
        if (fault === 'drop') drop(server, session);
        else if (fault !== 'silence') answer(fault === undefined ? null : refusal(fault, 'message refused'), 'OK id=test');
      });
    },
  });
  server.on('error', () => {});
  const port = await new Promise<number>((resolve) => {
    const listening = server.listen(0, '127.0.0.1', () => resolve((listening.address() as AddressInfo).port));
  });
  return {
    port, url: `smtp://127.0.0.1:${port}`, received, recipients, openConnections: () => server.connections.size,
    close: () => new Promise((resolve) => { server.close(resolve); }),
  };
}

const refusal = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });

function drop(server: SMTPServer, { id }: SMTPServerSession): void {
  for (const { session, _socket: socket } of server.connections) if (session.id === id) socket.destroy();
}
