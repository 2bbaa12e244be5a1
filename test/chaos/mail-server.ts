/** The mail server of the run: does wrong in one way at a time, and remembers every message that it took. */
import type { Email } from 'postal-mime';
import { startFaultServer } from '../adapters/channels/email/fault-server.ts';

/** 421 and 451 as servers say them (RFC 5321, 4.2.3): both ask to come back. */
const SERVICE_NOT_AVAILABLE = 421;
const GREYLISTED = 451;
/** These do not. */
const LOGIN_REFUSED = 535;
const NO_SUCH_MAILBOX = 550;

export const MAIL_FAULTS = ['refuses', 'greylists', 'hangs', 'drops after DATA'] as const;
export type MailFault = (typeof MAIL_FAULTS)[number];

export interface MailServer {
  readonly url: string;
  /** What it has, in order, repeats included. */
  readonly taken: readonly Email[];
  goWrong(how: MailFault): void;
  /** Messages or connections that have met the fault of now. */
  met(): number;
  goWell(): void;
  close(): Promise<void>;
}

export interface MailServerOptions {
  readonly login?: { readonly user: string; readonly pass: string };
  /** Recipients that it refuses for good. */
  readonly refuses?: (address: string) => boolean;
}

export async function startMailServer({ login, refuses }: MailServerOptions = {}): Promise<MailServer> {
  let fault: MailFault | undefined;
  let met = 0;
  const when = <T>(how: MailFault, wrong: T): T | undefined => {
    if (fault !== how) return undefined;
    met += 1;
    return wrong;
  };
  const server = await startFaultServer({
    greeting: () => when('refuses', SERVICE_NOT_AVAILABLE) ?? when('hangs', 'never'),
    ...(login === undefined ? {} : { login: { ...login, replyOtherwise: LOGIN_REFUSED } }),
    recipient: (address) => (refuses?.(address) ? NO_SUCH_MAILBOX : when('greylists', GREYLISTED)),
    message: () => when('drops after DATA', 'drop') ?? when('hangs', 'silence'),
  });
  return {
    url: server.url,
    taken: server.taken,
    goWrong(how) {
      fault = how;
      met = 0;
      // A server that goes down takes its lines along; one that hangs keeps them.
      if (how === 'refuses') server.dropAll();
    },
    met: () => met,
    goWell() {
      // Whoever hung on it learns that it was restarted.
      if (fault === 'hangs') server.dropAll();
      fault = undefined;
    },
    close: () => server.close(),
  };
}
