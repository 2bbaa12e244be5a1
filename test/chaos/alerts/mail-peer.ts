/** The mail server of the run: exim behind a line that goes wrong, or, where there is no exim, one in this process. Both need a login, and both remember what they took. */
import PostalMime from 'postal-mime';
import { EXIM_LOGIN, eximMissing, startExim } from '../../adapters/channels/email/exim.ts';
import { MAIL_FAULTS, startMailServer } from '../mail-server.ts';
import type { MailFault } from '../mail-server.ts';
import { startSmtpLine } from './smtp-line.ts';

export { MAIL_FAULTS };
export type { MailFault };

export interface TakenMail {
  readonly messageId: string;
  readonly to: string;
  /** The same in every copy. */
  readonly said: string;
  readonly text: string;
}

export interface MailPeer {
  /** Which server it is, in words. */
  readonly what: string;
  readonly url: string;
  /** All that it has, copies included. Resolves when nothing is on its way within it. */
  taken(): Promise<readonly TakenMail[]>;
  mailsTo(address: string): Promise<readonly TakenMail[]>;
  goWrong(how: MailFault): Promise<void>;
  /** Messages or connections that have met the fault of now. */
  met(): number;
  goWell(): Promise<void>;
  close(): Promise<void>;
}

/** `addresses`: those that have a mailbox; `nobody` at any domain has none. */
export const startMailPeer = (addresses: readonly string[]): Promise<MailPeer> => (eximMissing === undefined ? startEximPeer(addresses) : startPeerHere(eximMissing));

const LOGIN = `${encodeURIComponent(EXIM_LOGIN.user)}:${encodeURIComponent(EXIM_LOGIN.pass)}`;

async function startEximPeer(addresses: readonly string[]): Promise<MailPeer> {
  const residents = addresses.map((address) => address.slice(0, address.lastIndexOf('@')));
  const exim = await startExim({ residents, plain: true });
  const line = await startSmtpLine(exim.port);
  let met = 0;
  let how: MailFault | undefined;
  line.onFault = () => { met += 1; };
  line.onAnswer = (answer) => { if (how === 'greylists' && answer.startsWith('451')) met += 1; };
  const mailsTo = async (resident: string): Promise<TakenMail[]> => Promise.all((await exim.mailsTo(resident)).map(readMail));
  return {
    what: 'exim', url: `smtp://${LOGIN}@127.0.0.1:${line.port}`,
    async taken() {
      while (await exim.underWay() > 0) await new Promise((done) => { setTimeout(done, 50); });
      return (await Promise.all(residents.map(mailsTo))).flat();
    },
    mailsTo: (address) => mailsTo(address.slice(0, address.lastIndexOf('@'))),
    async goWrong(fault) {
      met = 0;
      how = fault;
      if (fault === 'greylists') await exim.setDeferred(residents);
      else line.fault = fault;
      if (fault === 'refuses') line.dropAll();
    },
    met: () => met,
    async goWell() {
      if (how === 'hangs') line.dropAll();
      how = undefined;
      line.fault = undefined;
      await exim.setDeferred([]);
    },
    async close() {
      await line.close();
      await exim.stop();
    },
  };
}

async function startPeerHere(why: string): Promise<MailPeer> {
  const server = await startMailServer({ login: EXIM_LOGIN, refuses: (address) => address.startsWith('nobody@') });
  const taken = async (): Promise<TakenMail[]> => server.taken.map((mail) => ({
    messageId: mail.messageId ?? '', to: mail.to?.[0]?.address ?? '', said: mail.subject ?? '', text: mail.text ?? '',
  }));
  return {
    what: `a mail server in this process, because ${why}`, url: server.url.replace('//', `//${LOGIN}@`),
    taken, mailsTo: async (address) => (await taken()).filter(({ to }) => to === address),
    goWrong: async (how) => server.goWrong(how), met: () => server.met(), goWell: async () => server.goWell(), close: () => server.close(),
  };
}

async function readMail(raw: string): Promise<TakenMail> {
  const mail = await PostalMime.parse(raw);
  return { messageId: mail.messageId ?? '', to: mail.to?.[0]?.address ?? '', said: mail.subject ?? '', text: mail.text ?? '' };
}
