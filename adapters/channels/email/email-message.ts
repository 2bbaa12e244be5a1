/** A message as a mail: headers, bodies and the picture inside. Pure; encoding and folding are the library's. */
import type { SendMailOptions } from 'nodemailer';
import type { AlertMessage, DigestMessage, Message, NoticeMessage, TestMessage } from '../../../activities/ports/channel.ts';
import { Failure } from '../../../contracts/failures.ts';
import { htmlDigest, plainDigest } from './digest-body.ts';
import { htmlBody, plainBody, spokenSentence } from './email-body.ts';
import { messageIdOf } from './message-id.ts';
import { htmlNotice, plainNotice } from './notice-body.ts';
import { htmlTest, plainTest } from './test-body.ts';

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
  readonly subject: string;
  /** All mails about one thing show as one conversation. */
  readonly thread: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
  readonly attachments: NonNullable<SendMailOptions['attachments']>;
}

/**
 * Throws `recipient_refused` unless the address is exactly one mailbox: a list in it would tell strangers, and no server
 * could refuse one of them alone.
 */
export function emailOf(message: Message, deliveryKey: string, sender: Sender): SendMailOptions & { readonly messageId: string } {
  const { to } = message;
  if (!isMailbox(to)) throw new Failure('recipient_refused', 'the address of the contact is not a mailbox such as name@example.com');
  const { subject, thread, headers, text, html, attachments } = contentOf(message, sender);
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
const shortened = (subject: string): string => (subject.length <= SUBJECT_LIMIT ? subject : `${[...subject.slice(0, SUBJECT_LIMIT - 2)].join('').trimEnd()}…`);

function contentOf(message: Message, sender: Sender): MailContent {
  switch (message.about) {
    case 'incident': return alertContent(message, sender);
    case 'notice': return noticeContent(message);
    case 'digest': return digestContent(message, sender);
    case 'test': return testContent(message);
  }
}

function alertContent(message: AlertMessage, sender: Sender): MailContent {
  const { incidentId, picture } = message;
  const cid = 'jpeg' in picture ? `picture.${incidentId}@${sender.domain}` : null;
  return {
    subject: spokenSentence(message), thread: incidentId, headers: { 'X-Watchpost-Incident': incidentId }, text: plainBody(message), html: htmlBody(message, cid),
    attachments: 'jpeg' in picture && cid !== null ? [pictureOf(picture.jpeg, cid, 'alert.jpg')] : [],
  };
}

const noticeContent = (message: NoticeMessage): MailContent => ({
  subject: message.sentence, thread: message.noticeId, headers: { 'X-Watchpost-Notice': message.noticeId }, text: plainNotice(message), html: htmlNotice(message), attachments: [],
});

/** Base64 makes a third more of it: with words and headers the mail stays below 2 MB, which every server takes. */
const DIGEST_PICTURE_BYTES = 1_400_000;

function digestContent(message: DigestMessage, sender: Sender): MailContent {
  const { digestId, entries } = message;
  const cidOf = (place: number): string => `picture.${place}.${digestId}@${sender.domain}`;
  const shown = new Map<number, Buffer>();
  let bytes = 0;
  entries.forEach(({ picture }, place) => {
    if (!('jpeg' in picture) || bytes + picture.jpeg.length > DIGEST_PICTURE_BYTES) return;
    bytes += picture.jpeg.length;
    shown.set(place, picture.jpeg);
  });
  return {
    subject: message.sentence, thread: digestId, headers: { 'X-Watchpost-Digest': digestId }, text: plainDigest(message),
    html: htmlDigest(message, (place) => (shown.has(place) ? cidOf(place) : null)),
    attachments: [...shown].map(([place, jpeg]) => pictureOf(jpeg, cidOf(place), `${place + 1}.jpg`)),
  };
}

const testContent = (message: TestMessage): MailContent => ({
  subject: message.sentence, thread: message.testId, headers: { 'X-Watchpost-Test': message.testId }, text: plainTest(message), html: htmlTest(message), attachments: [],
});

const pictureOf = (jpeg: Buffer, cid: string, filename: string): MailContent['attachments'][number] =>
  ({ cid, content: jpeg, contentType: 'image/jpeg', filename, contentDisposition: 'inline' });

/** Strict about what could make two addresses of one or end a header; whether the mailbox exists is for the server to say. */
const isMailbox = (text: string): boolean =>
  text.length <= 254 && /^[^\s\p{Cc}<>()[\]\\,;:"@]{1,64}@[^\s\p{Cc}<>()[\]\\,;:"@]+$/u.test(text);
