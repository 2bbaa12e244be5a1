/** A message as a mail: addresses and headers around its content. Pure; encoding and folding are the library's. */
import type { SendMailOptions } from 'nodemailer';
import type { Message } from '../../../activities/ports/channel.ts';
import { Failure } from '../../../contracts/failures.ts';
import { isMailbox } from '../address.ts';
import { contentOf } from './email-content.ts';
import type { InlinePicture } from './email-content.ts';
import { messageIdOf } from './message-id.ts';

export interface Sender {
  /** As people read it; may be empty. */
  readonly name: string;
  readonly address: string;
  /** Right side of every Message-ID. */
  readonly domain: string;
}

/** `Watchpost <alerts@example.com>` or the bare address. Throws `setting_invalid`. */
export function parseSender(text: string): Sender {
  const [, name = '', bracketed, bare] = /^\s*(?:([^<>\r\n]*?)\s*<([^<>]+)>|([^\s<>]+))\s*$/.exec(text) ?? [];
  const address = bracketed ?? bare ?? '';
  if (!isMailbox(address)) throw new Failure('setting_invalid', `sender ${JSON.stringify(text)} is not of the form Name <mailbox@domain>`);
  return { name: name.replace(/^"(.*)"$/, '$1'), address, domain: address.slice(address.lastIndexOf('@') + 1) };
}

/** A mail in the terms of SMTP's library, every part in the one form that it has here, so that other carriers can read it too. */
export interface Email extends SendMailOptions {
  readonly envelope: { readonly from: string; readonly to: string[] };
  readonly from: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly messageId: string;
  readonly references: string;
  readonly headers: Record<string, string>;
  readonly text: string;
  readonly html: string;
  readonly attachments: InlinePicture[];
}

/**
 * Throws `recipient_refused` unless the address is exactly one mailbox: a list in it would tell strangers, and no server
 * could refuse one of them alone.
 */
export function emailOf(message: Message, deliveryKey: string, sender: Sender): Email {
  const { to } = message;
  if (!isMailbox(to)) throw new Failure('recipient_refused', 'the address of the contact is not a mailbox such as name@example.com');
  const { subject, thread, headers, text, html, attachments } = contentOf(message, sender.domain);
  return {
    envelope: { from: sender.address, to: [to] },
    from: { name: sender.name, address: sender.address },
    to: { name: '', address: to },
    subject: shortened(subject),
    messageId: messageIdOf(deliveryKey, sender.domain),
    references: messageIdOf(thread, sender.domain),
    headers: {
      // RFC 3834: no holiday notice shall answer an alert.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      ...headers,
    },
    text, html, attachments,
    // Nothing in a message may ever name a file or an address to be read by us.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** No list of mails shows more, and some servers refuse what is far longer. */
const SUBJECT_LIMIT = 200;

function shortened(subject: string): string {
  const characters = [...subject];
  return characters.length <= SUBJECT_LIMIT ? subject : `${characters.slice(0, SUBJECT_LIMIT - 1).join('').trimEnd()}…`;
}
