/** `watchpost incidents`: what people were told of, the story of one, and what is answered to it. */
import { Argument, InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { Incident } from '../../api/shapes/incidents.ts';
import { INCIDENT_STATES } from '../../contracts/incident.ts';
import type { IncidentState } from '../../contracts/incident.ts';
import { LABELS, MAX_KNOWN_HOURS } from '../../contracts/response.ts';
import type { Label } from '../../contracts/response.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { usageError } from '../command-error.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { given } from '../given.ts';
import { describeIncident, messagesIn } from '../incident-page.ts';
import { table } from '../table.ts';
import { moment } from '../wording.ts';
import { addMessages } from './incident-messages.ts';

interface ListOptions extends ApiOptions {
  readonly device?: string;
  readonly user?: string;
  readonly state?: IncidentState;
}

interface LabelOptions extends ApiOptions {
  readonly hours?: number;
}

/** The newest; a person who wants more narrows the question. */
const SHOWN = 50;

export function addIncidents(program: Command, context: Context): void {
  const incidents = program.command('incidents').description('incidents, their stories and their messages');

  withApiOptions(incidents.command('list'))
    .description(`the ${SHOWN} newest incidents`)
    .option('--device <id>', 'only of this device')
    .option('--user <id>', 'only of this user')
    .addOption(new Option('--state <state>', 'only in this state').choices(INCIDENT_STATES))
    .action(({ device, user, state, ...options }: ListOptions) => withClient(options, context, async (client) => {
      const page = await client.incidents({ ...given({ deviceId: device, userId: user, state }), limit: SHOWN });
      answer(context, page, () => (page.incidents.length === 0 ? ['No incidents.'] : [
        ...table(page.incidents.map(rowOf), ['incident', 'state', 'severity', 'user', 'device', 'rule', 'opened (UTC)', 'matches', 'messages']),
        ...(page.next === null ? [] : ['There are more: narrow it down with --device, --user or --state.']),
      ]));
    }));

  withApiOptions(incidents.command('show').argument('<id>', 'the incident'))
    .description('an incident and its whole story, on the clock of its camera')
    .action((incidentId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      const incident = await client.incident(incidentId);
      answer(context, incident, () => describeIncident(incident, context.stdout.columns));
    }));

  withApiOptions(incidents.command('ack').argument('<id>', 'the incident'))
    .description('take charge of an incident')
    .action((incidentId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      const incident = await client.acknowledge(incidentId);
      answer(context, incident, () => [NOTED[incident.state] ?? `is acknowledged since ${moment(incident.acknowledgedAt)}.`].map((line) => `${incident.incidentId} ${line}`));
    }));

  withApiOptions(incidents.command('resolve').argument('<id>', 'the incident'))
    .description('say that an incident is dealt with')
    .action((incidentId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      const incident = await client.resolve(incidentId);
      answer(context, incident, () => [`${incident.incidentId} ${incident.state === 'closed' ? NOTED.closed : `is resolved since ${moment(incident.resolvedAt)}.`}`]);
    }));

  withApiOptions(incidents.command('label').argument('<id>', 'the incident').addArgument(new Argument('<label>', 'what it was').choices(LABELS.map(written))))
    .description('say what it was; known also mutes that thing on that camera for a time')
    .option('--hours <n>', 'with known: for how long', readHours)
    .action((incidentId: string, word: string, { hours, ...options }: LabelOptions) => withClient(options, context, async (client) => {
      const label = LABELS.find((known) => written(known) === word)!;
      if (hours !== undefined && label !== 'known') throw usageError('--hours goes with known', `For example: watchpost incidents label ${incidentId} known --hours 8`);
      const incident = await client.label(incidentId, { label, ...given({ knownHours: hours }) });
      answer(context, incident, () => [`${incident.incidentId} is labelled ${word}, and ${incident.state}.`]);
    }));

  addMessages(incidents, context);
}

const NOTED: Readonly<Partial<Record<IncidentState, string>>> = {
  resolved: 'is resolved already; it is noted that somebody saw it.', closed: 'is closed already; it is noted that somebody saw it.',
};

const written = (label: Label): string => label.replace('_', '-');

function readHours(text: string): number {
  const hours = Number(text);
  if (Number.isInteger(hours) && hours >= 1 && hours <= MAX_KNOWN_HOURS) return hours;
  throw new InvalidArgumentError(`must be a whole number from 1 to ${MAX_KNOWN_HOURS}`);
}

const rowOf = ({ incidentId, state, severity, userId, deviceId, ruleId, openedAt, matches, messages }: Incident) =>
  [incidentId, state, severity, userId, deviceId, ruleId, moment(openedAt), matches, messages.length === 0 ? null : messagesIn(messages)];
