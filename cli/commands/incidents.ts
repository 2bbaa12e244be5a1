/** `watchpost incidents`: what people were told of, and taking charge of it. */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { Incident } from '../../api/shapes/incidents.ts';
import { INCIDENT_STATES } from '../../contracts/incident.ts';
import type { IncidentState } from '../../contracts/incident.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { given } from '../given.ts';
import { table } from '../table.ts';
import { moment, told } from '../wording.ts';

interface ListOptions extends ApiOptions {
  readonly device?: string;
  readonly user?: string;
  readonly state?: IncidentState;
}

/** The newest; a person who wants more narrows the question. */
const SHOWN = 50;

export function addIncidents(program: Command, context: Context): void {
  const incidents = program.command('incidents').description('incidents and their messages');

  withApiOptions(incidents.command('list'))
    .description(`the ${SHOWN} newest incidents`)
    .option('--device <id>', 'only of this device')
    .option('--user <id>', 'only of this user')
    .addOption(new Option('--state <state>', 'only in this state').choices(INCIDENT_STATES))
    .action(({ device, user, state, ...options }: ListOptions) => withClient(options, context, async (client) => {
      const page = await client.incidents({ ...given({ deviceId: device, userId: user, state }), limit: SHOWN });
      answer(context, page, () => (page.incidents.length === 0 ? ['No incidents.'] : [
        ...table(page.incidents.map(rowOf), ['incident', 'state', 'severity', 'user', 'device', 'rule', 'opened (UTC)', 'matches', 'told']),
        ...(page.next === null ? [] : ['There are more: narrow it down with --device, --user or --state.']),
      ]));
    }));

  withApiOptions(incidents.command('ack').argument('<id>', 'the incident'))
    .description('take charge of an incident')
    .action((incidentId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      const incident = await client.acknowledge(incidentId);
      answer(context, incident, () => [incident.state === 'closed'
        ? `${incident.incidentId} is closed already; it is noted that somebody saw it.`
        : `${incident.incidentId} is acknowledged since ${moment(incident.acknowledgedAt)}.`]);
    }));
}

const rowOf = ({ incidentId, state, severity, userId, deviceId, ruleId, openedAt, matches, messages }: Incident) =>
  [incidentId, state, severity, userId, deviceId, ruleId, moment(openedAt), matches, messages.map(told).join(', ')];
