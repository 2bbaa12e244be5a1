/** A line to a mail server that goes wrong: it reads along what the two say in the clear, and breaks where it hurts. */
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export type LineFault =
  /** Nobody takes the line. */
  | 'refuses'
  /** It is taken, and nothing is said. */
  | 'hangs'
  /** The server has the whole message and says so, and the line breaks before that is heard. */
  | 'drops after DATA';

export interface SmtpLine {
  readonly port: number;
  fault: LineFault | undefined;
  /** Hears of every fault that somebody met, and of every answer of the server. */
  onFault: () => void;
  onAnswer: (answer: string) => void;
  dropAll(): void;
  close(): Promise<void>;
}

const END_OF_MESSAGE = '\r\n.\r\n';

export async function startSmtpLine(serverPort: number): Promise<SmtpLine> {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    open.add(client);
    client.on('error', () => {}).once('close', () => open.delete(client));
    if (line.fault === 'refuses' || line.fault === 'hangs') {
      line.onFault();
      if (line.fault === 'refuses') client.destroy();
      return;
    }
    join(client, connect(serverPort, '127.0.0.1'));
  });

  function join(client: Socket, upstream: Socket): void {
    let asked = '';
    let told = false;
    upstream.on('error', () => {}).once('close', () => client.destroy());
    client.once('close', () => upstream.end());
    client.on('data', (chunk) => {
      asked = (asked + chunk.toString('latin1')).slice(-END_OF_MESSAGE.length);
      told = asked === END_OF_MESSAGE;
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (told && line.fault === 'drops after DATA') {
        line.onFault();
        client.destroy();
        return;
      }
      told = false;
      line.onAnswer(chunk.toString('latin1'));
      client.write(chunk);
    });
  }

  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
  const line: SmtpLine = {
    port: (server.address() as AddressInfo).port, fault: undefined, onFault: () => {}, onAnswer: () => {},
    dropAll: () => { for (const socket of open) socket.destroy(); },
    close: () => new Promise((done) => {
      server.close(() => done());
      for (const socket of open) socket.destroy();
    }),
  };
  return line;
}
