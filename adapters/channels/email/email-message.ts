/** An alert as a mail: headers, bodies and the picture inside. Pure; encoding and folding are the library's. */
import type { SendMailOptions } from 'nodemailer';
import type { AlertMessage } from '../../../activities/ports/channel.ts';
import { Failure } from '../../../contracts/failures.ts';
import { htmlBody, plainBody } from './email-body.ts';
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

/**
 * Throws `recipient_refused` unless the address is exactly one mailbox: a list in it would tell strangers, and no server
 * could refuse one of them alone.
 */
export function emailOf(message: AlertMessage, deliveryKey: string, sender: Sender): SendMailOptions & { readonly messageId: string } {
  const { to, incidentId, sentence, picture } = message;
  if (!isMailbox(to)) throw new Failure('recipient_refused', 'the address of the contact is not a mailbox such as name@example.com');
  const jpeg = 'jpeg' in picture ? picture.jpeg : null;
  const cid = jpeg === null ? null : `picture.${incidentId}@${sender.domain}`;
  return {
    envelope: { from: sender.address, to: [to] },
    from: { name: sender.name, address: sender.address },
    to: { name: '', address: to },
    subject: sentence,
    messageId: messageIdOf(deliveryKey, sender.domain),
    // All mails about one incident show as one conversation.
    references: messageIdOf(incidentId, sender.domain),
    headers: {
      // RFC 3834: no holiday notice shall answer an alert.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Watchpost-Incident': incidentId,
    },
    text: plainBody(message),
    html: htmlBody(message, cid),
    attachments: jpeg === null || cid === null ? []
      : [{ cid, content: jpeg, contentType: 'image/jpeg', filename: 'alert.jpg', contentDisposition: 'inline' }],
    // Nothing in a message may ever name a file or an address to be read by us.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Strict about what could make two addresses of one or end a header; whether the mailbox exists is for the server to say. */
const isMailbox = (text: string): boolean =>
  text.length <= 254 && /^[^\s\p{Cc}<>()[\]\\,;:"@]{1,64}@[^\s\p{Cc}<>()[\]\\,;:"@]+$/u.test(text);
