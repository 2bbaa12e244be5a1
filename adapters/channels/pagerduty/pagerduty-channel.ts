/** Alerts to services of PagerDuty, which then have an incident of their own that goes the way of ours. */
import type { ClosableChannel } from '../../../activities/ports/channel.ts';
import { failureOfAnswer, failureOfSilence } from '../answer-failure.ts';
import { createPoster } from '../post-json.ts';
import type { Answer, PostTimeouts } from '../post-json.ts';
import { SendFailure, withoutSecrets } from '../send-failure.ts';
import { eventsOf } from './pagerduty-event.ts';

export interface PagerdutyOptions {
  /** PAGERDUTY_ROUTING_KEYS: by the names that contacts have for an address. */
  readonly routingKeys: ReadonlyMap<string, string>;
  /** PAGERDUTY_BASE_URL, without a slash at its end. */
  readonly baseUrl?: string;
  readonly timeouts?: Partial<PostTimeouts>;
}

const BASE_URL = 'https://events.pagerduty.com';

export function createPagerdutyChannel({ routingKeys, baseUrl = BASE_URL, timeouts }: PagerdutyOptions): ClosableChannel {
  const poster = createPoster(timeouts);
  const secrets = [...routingKeys.values()];

  return {
    async send(message, _deliveryKey, signal) {
      const routingKey = routingKeys.get(message.to);
      if (routingKey === undefined) throw unknownName([...routingKeys.keys()]);
      let dedupKey = '';
      let said = '';
      for (const event of eventsOf(message)) {
        const answer = await poster.post(`${baseUrl}/v2/enqueue`, { routing_key: routingKey, ...event }, { 'Content-Type': 'application/json' }, signal)
          .catch((error) => { throw harmless(failureOfSilence(error)); });
        if (answer.status < 200 || answer.status > 299) throw harmless(failureOf(answer, secrets));
        const { message: words = '', dedup_key: known } = bodyOf(answer);
        dedupKey = known ?? event.dedup_key;
        said = `${answer.status} ${withoutSecrets(words, secrets)}`.trimEnd();
      }
      return { provider: 'pagerduty', providerId: dedupKey, answer: said, units: null, cost: null };
    },
    close: () => poster.close(),
  };
}

/** Without the address: somebody may have put the key itself there. */
function unknownName(names: readonly string[]): SendFailure {
  const known = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  return new SendFailure('channel_not_configured', `the address of the contact is not the name of a routing key in PAGERDUTY_ROUTING_KEYS; ${known}`);
}

/** A repeat has the same dedup key, so PagerDuty shows nothing twice: nothing about a try that broke off is in doubt. */
const harmless = (failure: unknown): unknown =>
  failure instanceof SendFailure ? new SendFailure(failure.code, failure.detail, { retryAfterMs: failure.retryAfterMs }) : failure;

function failureOf(answer: Answer, secrets: readonly string[]): SendFailure {
  const { message = '', errors = [] } = bodyOf(answer);
  const detail = withoutSecrets([message, ...errors].filter((part) => part !== '').join('; '), secrets);
  // The key stands in the event, so a wrong one is answered as an event that is no good.
  return failureOfAnswer(answer, detail, errors.concat(message).some((error) => /routing[_ ]key/i.test(error)) ? 'provider_auth_failed' : 'message_refused');
}

/** `{"status", "message", "errors"?, "dedup_key"?}`; whatever stands between us and PagerDuty may answer with something else. */
function bodyOf({ body }: Answer): { message?: string; errors?: string[]; dedup_key?: string } {
  try {
    const { message, errors, dedup_key } = JSON.parse(body) as Record<string, unknown>;
    return {
      ...(typeof message === 'string' ? { message } : {}),
      ...(Array.isArray(errors) ? { errors: errors.map(String) } : {}),
      ...(typeof dedup_key === 'string' && dedup_key !== '' ? { dedup_key } : {}),
    };
  } catch {
    return {};
  }
}
