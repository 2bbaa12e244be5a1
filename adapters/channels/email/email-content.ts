/** What a mail says and shows of each kind of message, its pictures inside. Pure. */
import type { AlertMessage, DigestMessage, Message, NoticeMessage, TestMessage } from '../../../activities/ports/channel.ts';
import { htmlDigest, plainDigest } from './digest-body.ts';
import { htmlBody, plainBody, spokenSentence } from './email-body.ts';
import { htmlNotice, plainNotice } from './notice-body.ts';
import { htmlTest, plainTest } from './test-body.ts';

/** What a mail says and shows, before it has sender and addressee. */
export interface MailContent {
  readonly subject: string;
  /** All mails about one thing show as one conversation. */
  readonly thread: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
  readonly attachments: InlinePicture[];
}

/** Shown within the HTML, where it names `cid`. */
export interface InlinePicture {
  readonly cid: string;
  readonly content: Buffer;
  readonly contentType: string;
  readonly filename: string;
  readonly contentDisposition: 'inline';
}

/** `domain`: right side of every Content-ID. */
export function contentOf(message: Message, domain: string): MailContent {
  switch (message.about) {
    case 'incident': return alertContent(message, domain);
    case 'notice': return noticeContent(message);
    case 'digest': return digestContent(message, domain);
    case 'test': return testContent(message);
  }
}

function alertContent(message: AlertMessage, domain: string): MailContent {
  const { incidentId, picture } = message;
  const cid = 'jpeg' in picture ? `picture.${incidentId}@${domain}` : null;
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

function digestContent(message: DigestMessage, domain: string): MailContent {
  const { digestId, entries } = message;
  const cidOf = (place: number): string => `picture.${place}.${digestId}@${domain}`;
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

const pictureOf = (jpeg: Buffer, cid: string, filename: string): InlinePicture =>
  ({ cid, content: jpeg, contentType: 'image/jpeg', filename, contentDisposition: 'inline' });
