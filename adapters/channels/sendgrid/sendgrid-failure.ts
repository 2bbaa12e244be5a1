/** What a refusal of SendGrid means for the message, in one place. */
import { failureOfAnswer } from '../answer-failure.ts';
import type { Answer } from '../post-json.ts';
import { SendFailure, withoutSecrets } from '../send-failure.ts';

interface Complaint {
  readonly message: string;
  /** Where in the request: `personalizations.0.to.0.email`. */
  readonly field: string;
}

/** Answered as 401 although the key is good: the plan's mails of the day or month are used up, and there are new ones tomorrow. */
const USED_UP = /credits? exceeded/i;

export function sendgridFailureOf(answer: Answer, secrets: readonly string[]): SendFailure {
  const complaints = complaintsIn(answer.body);
  const detail = withoutSecrets(complaints.map(({ message, field }) => (field === '' ? message : `${message} (${field})`)).join('; '), secrets);
  if (answer.status === 401 && USED_UP.test(detail)) return new SendFailure('provider_unavailable', `401 ${detail}`);
  const ofTheRecipient = answer.status === 400 && complaints.some(({ field }) => field.split('.').includes('to'));
  return failureOfAnswer(answer, detail, ofTheRecipient ? 'recipient_refused' : 'message_refused');
}

/** `{"errors": [{"message", "field"}]}`; whatever stands between us and SendGrid may answer with something else. */
function complaintsIn(body: string): Complaint[] {
  try {
    const { errors } = JSON.parse(body) as { errors: { message?: unknown; field?: unknown }[] };
    return errors.map(({ message, field }) => ({ message: String(message ?? ''), field: String(field ?? '') }));
  } catch {
    return [];
  }
}
