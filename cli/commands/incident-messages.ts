/** `watchpost incidents messages`, `dead-letters`, `resend`: was it sent, to whom, did it arrive, and sending it again. */
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { DeadLetterPage, MessagePage, Resent, TrailedMessage } from '../../api/shapes/messages.ts';
import { DELIVERY_STATES } from '../../contracts/delivery.ts';
import type { DeliveryState } from '../../contracts/delivery.ts';
import { FAILURES, isFailureCode } from '../../contracts/failures.ts';
import type { FailureCode } from '../../contracts/failures.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { usageError } from '../command-error.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { given } from '../given.ts';
import { readInstant } from '../read-instant.ts';
import { printable, table } from '../table.ts';
import type { Row } from '../table.ts';
import { duration, moment } from '../wording.ts';

interface MessagesOptions extends ApiOptions {
  readonly incident?: string;
  readonly user?: string;
  readonly contact?: string;
  readonly address?: string;
  readonly state?: DeliveryState;
  readonly since?: string;
}

interface CodeOptions extends ApiOptions {
  readonly code?: FailureCode;
}

interface ResendOptions extends CodeOptions {
  readonly since?: string;
  readonly refresh?: true;
}

/** The newest; a person who wants more narrows the question. */
const SHOWN = 50;

export function addMessages(incidents: Command, context: Context): void {
  withApiOptions(incidents.command('messages'))
    .description(`the ${SHOWN} newest messages: was it sent, to whom, did it arrive`)
    .option('--incident <id>', 'only about this incident')
    .option('--user <id>', 'only about what this user has')
    .option('--contact <id>', 'only to this contact')
    .option('--address <address>', 'only to this address')
    .addOption(new Option('--state <state>', 'only in this state').choices(DELIVERY_STATES))
    .option('--since <time>', 'RFC 3339: written then or later', readInstant)
    .action(({ incident, user, contact, address, state, since, ...options }: MessagesOptions) => withClient(options, context, async (client) => {
      const page = await client.messages({ ...given({ incidentId: incident, userId: user, contactId: contact, address, state, since }), limit: SHOWN });
      answer(context, page, () => describeMessages(page));
    }));

  withApiOptions(incidents.command('dead-letters'))
    .description(`the ${SHOWN} newest messages that were refused for good or given up, and what to mend`)
    .option('--code <code>', 'only those of this failure code', readCode)
    .action(({ code, ...options }: CodeOptions) => withClient(options, context, async (client) => {
      const page = await client.deadLetters({ ...given({ code }), limit: SHOWN });
      answer(context, page, () => describeDead(page));
    }));

  withApiOptions(incidents.command('resend').argument('[key...]', 'dead letters, by their keys'))
    .description('send dead letters again, each under its old key')
    .option('--code <code>', 'instead of keys: all that failed with this code', readCode)
    .option('--since <time>', 'with --code: written then or later (RFC 3339)', readInstant)
    .option('--refresh', 'to the addresses that the contacts have now')
    .action((deliveryKeys: string[], { code, since, refresh, ...options }: ResendOptions) => withClient(options, context, async (client) => {
      if ((deliveryKeys.length > 0) === (code !== undefined) || (code === undefined) !== (since === undefined)) {
        throw usageError('give either keys, or --code and --since', 'For example: watchpost incidents resend --code given_up --since 2026-11-21T00:00:00Z');
      }
      const resent = await client.resend({ ...(code === undefined ? { deliveryKeys } : { code, since: since! }), refresh: refresh ?? false });
      if (resent.refused.length > 0) context.exitCode = 1;
      answer(context, resent, () => describeResent(resent));
    }));
}

function readCode(text: string): FailureCode {
  if (isFailureCode(text)) return text;
  throw new InvalidArgumentError('is no failure code; docs/failures.md lists them');
}

const describeMessages = ({ messages, next }: MessagePage): string[] => (messages.length === 0 ? ['No messages.'] : [
  ...table(messages.map(rowOf), ['written (UTC)', 'about', 'contact', 'by', 'address', 'state', 'arrival', 'tries', 'took', 'cost']),
  ...(next === null ? [] : ['There are more: narrow it down with --incident, --user, --contact, --address, --state or --since.']),
]);

const rowOf = ({ createdAt, about, telling, contactId, channel, address, state, code, arrival, arrivalCode, tries, uncertain, latencyMs, cost }: TrailedMessage): Row => [
  moment(createdAt), about === 'digest' || about === 'test' ? about : `${about} ${telling}`, contactId, channel, address,
  code === null ? state : `${state}: ${code}`, arrival === null ? null : `${arrival.replace('_', ' ')}${arrivalCode === null ? '' : ` (${arrivalCode})`}`,
  `${tries}${uncertain > 0 ? `, ${uncertain} uncertain` : ''}`, latencyMs === null ? null : duration(latencyMs), cost === null ? null : `${cost.amount} ${cost.currency}`,
];

/** What a code asks for is said once, below all messages that have it. */
function describeDead({ messages, next }: DeadLetterPage): string[] {
  if (messages.length === 0) return ['No dead letters.'];
  const advice = new Map(messages.flatMap(({ code, advice: text }) => (code === null || text === null ? [] : [[code, text] as const])));
  return [
    ...messages.flatMap((message) => [
      printable(message.deliveryKey),
      ...table([
        ['to', `${message.contactId}, ${message.channel} ${message.address}`],
        ['written', `${duration(message.ageSeconds * 1_000)} ago, ${message.tries} ${message.tries === 1 ? 'try' : 'tries'}`],
        ['failed', `${message.code ?? 'without a code'}${message.answer === null ? '' : `: ${message.answer}`}`],
      ]).map((line) => `  ${line}`),
    ]),
    '',
    ...table([...advice]),
    ...(next === null ? [] : ['There are more: narrow it down with --code.']),
    'Once that is mended: watchpost incidents resend <key>, or --code <code> --since <time>; with --refresh where an address was corrected.',
  ];
}

const describeResent = ({ resent, deliveryKeys, refused }: Resent): string[] => [
  `${resent} ${resent === 1 ? 'message goes' : 'messages go'} out again.`,
  ...deliveryKeys.map((key) => `  ${printable(key)}`),
  ...refused.map(({ deliveryKey, code }) => `  not ${printable(deliveryKey)}: ${code}. ${FAILURES[code].operator}`),
];
