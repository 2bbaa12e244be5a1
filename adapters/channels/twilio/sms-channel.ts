/** Text messages over Twilio. What a lost answer may mean is told in twilio-line.ts. */
import type { ClosableChannel, Receipt } from '../../../activities/ports/channel.ts';
import { callbackUrl } from './callback-urls.ts';
import { segmentsOf } from './gsm7.ts';
import { smsText } from './sms-text.ts';
import { openTwilioLine, receiptOf, requireNumber } from './twilio-line.ts';
import type { TwilioOptions } from './twilio-line.ts';

/** Throws `setting_invalid`; does not connect. */
export function createSmsChannel(options: TwilioOptions): ClosableChannel {
  const { from, callbackBase } = options;
  const line = openTwilioLine(options);
  return {
    async send(message, deliveryKey, signal): Promise<Receipt> {
      const body = smsText(message, { answerable: callbackBase !== null });
      const taken = await line.client(signal).messages.create({
        to: requireNumber(message.to), from, body,
        ...(callbackBase === null ? {} : { statusCallback: callbackUrl(callbackBase, 'status', deliveryKey) }),
      });
      return receiptOf(taken, countedSegments(taken.numSegments) ?? segmentsOf(body), options);
    },
    close: () => line.close(),
  };
}

/** Twilio says 0 while it has not chosen the sender. */
const countedSegments = (said: string): number | undefined => (/^[1-9]\d?$/.test(said) ? Number(said) : undefined);
