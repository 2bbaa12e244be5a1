/** Telephone calls over Twilio: it is handed what to say, and calls us back with keys and with how the call went. What a lost answer may mean is told in twilio-line.ts. */
import type { ClosableChannel, Receipt } from '../../../activities/ports/channel.ts';
import { callScript } from './call-script.ts';
import { callbackUrl } from './callback-urls.ts';
import { openTwilioLine, receiptOf, requireNumber } from './twilio-line.ts';
import type { TwilioOptions } from './twilio-line.ts';

/** Six rings: then most mailboxes answer, which take no charge of anything. */
const RING_SECONDS = 30;
/** Twice what the script takes: a line that nobody hangs up is not paid for longer. */
const CALL_SECONDS = 120;
/** How it ends decides whom to call next; that it rings and was answered is what people ask for afterwards. */
const EVENTS = ['initiated', 'ringing', 'answered', 'completed'];

/** Throws `setting_invalid`; does not connect. */
export function createCallChannel(options: TwilioOptions): ClosableChannel {
  const { from, callbackBase } = options;
  const line = openTwilioLine(options);
  return {
    async send(message, deliveryKey, signal): Promise<Receipt> {
      const { twiml } = callScript(message, callbackBase === null ? null : callbackUrl(callbackBase, 'keypress', deliveryKey));
      // Without detection of answering machines: it costs, listens for seconds in which people hang up, and takes short
      // greetings for machines. A mailbox presses no key, so the next contact is called all the same.
      const taken = await line.client(signal).calls.create({
        to: requireNumber(message.to), from, twiml, timeout: RING_SECONDS, timeLimit: CALL_SECONDS,
        ...(callbackBase === null ? {} : { statusCallback: callbackUrl(callbackBase, 'status', deliveryKey), statusCallbackEvent: EVENTS, statusCallbackMethod: 'POST' }),
      });
      return receiptOf(taken, 1, options);
    },
    close: () => line.close(),
  };
}
