/** A message as a mail: headers, bodies and the picture inside. Pure; encoding and folding are the library's. */
import type { SendMailOptions } from 'nodemailer';
import type { AlertMessage, Message, NoticeMessage } from '../../../activities/ports/channel.ts';
import { Failure } from '../../../contracts/failures.ts';
import { isMailbox } from '../address.ts';
import { htmlBody, plainBody } from './email-body.ts';
import { messageIdOf } from './message-id.ts';
import { htmlNotice, plainNotice } from './notice-body.ts';

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

/** What a mail says and shows, before it has sender and addressee. */
interface MailContent {
  /** All mails about one thing show as one conversation. */
  readonly thread: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
  readonly attachments: InlinePicture[];
}

/** Shown within the HTML, where it names `cid`. */
interface InlinePicture {
  readonly cid: string;
  readonly content: Buffer;
  readonly contentType: string;
  readonly filename: string;
  readonly contentDisposition: 'inline';
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
  const { to, sentence } = message;
  if (!isMailbox(to)) throw new Failure('recipient_refused', 'the address of the contact is not a mailbox such as name@example.com');
  const { thread, headers, text, html, attachments } = contentOf(message, sender);
  return {
    envelope: { from: sender.address, to: [to] },
    from: { name: sender.name, address: sender.address },
    to: { name: '', address: to },
    subject: sentence,
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

function contentOf(message: Message, sender: Sender): MailContent {
  if (message.about === 'incident') return alertContent(message, sender);
  if (message.about === 'notice') return noticeContent(message);
  throw new Failure('message_refused', `no mail tells of a ${message.about} yet`);
}

function alertContent(message: AlertMessage, sender: Sender): MailContent {
  const { incidentId, picture } = message;
  const jpeg = 'jpeg' in picture ? picture.jpeg : null;
  const cid = jpeg === null ? null : `picture.${incidentId}@${sender.domain}`;
  return {
    thread: incidentId, headers: { 'X-Watchpost-Incident': incidentId }, text: plainBody(message), html: htmlBody(message, cid),
    attachments: jpeg === null || cid === null ? []
      : [{ cid, content: jpeg, contentType: 'image/jpeg', filename: 'alert.jpg', contentDisposition: 'inline' }],
  };
}

const noticeContent = (message: NoticeMessage): MailContent => ({
  thread: message.noticeId, headers: { 'X-Watchpost-Notice': message.noticeId }, text: plainNotice(message), html: htmlNotice(message), attachments: [],
});
