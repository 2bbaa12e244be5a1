/** A mail as SendGrid's API takes it: the very same that goes over SMTP. Pure. */
import type { MailDataRequired } from '@sendgrid/mail';
import type { Email } from '../email/email-message.ts';

/** Under this name the key of the delivery comes back in everything that SendGrid tells of the mail; `smtp-id` and the like are taken by SendGrid itself. */
export const DELIVERY_ARGUMENT = 'watchpost_delivery';

/**
 * Headers and arguments stand with the addressee: those of the whole mail would be sent as headers of the request too, and
 * the API's own description has no arguments there.
 */
export function sendgridMailOf(email: Email, deliveryKey: string): MailDataRequired {
  const { envelope, from, subject, messageId, references, headers, text, html, attachments } = email;
  return {
    from: { email: from.address, name: from.name },
    personalizations: envelope.to.map((to) => ({
      to: { email: to },
      headers: cleanHeaders({ 'Message-ID': messageId, References: references, ...headers }),
      customArgs: { [DELIVERY_ARGUMENT]: deliveryKey },
    })),
    subject: subject.replace(LINE_BREAKS, ' '),
    content: [{ type: 'text/plain', value: text }, { type: 'text/html', value: html }],
    attachments: attachments.map(({ cid, content, contentType, filename, contentDisposition }) => ({
      content: content.toString('base64'), filename, type: contentType, disposition: contentDisposition,
      // As the API has it: the library would let its own `contentId` go out unchanged, and the picture would hang below the mail.
      ...{ content_id: cid },
    })),
    // Whatever the account has set: a link in an alert leads where it says, and nobody can take himself off alerts by one click in a mail that others get too.
    trackingSettings: { clickTracking: { enable: false, enableText: false }, openTracking: { enable: false }, subscriptionTracking: { enable: false } },
  };
}

const LINE_BREAKS = /[\r\n]+/g;

/** SendGrid writes them into the mail as they come: a line break would begin a header of somebody else's. */
const cleanHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace(/[^\x20-\x7e]+/g, ' ')]));
