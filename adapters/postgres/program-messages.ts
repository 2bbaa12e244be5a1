/** Programs keep the state of an incident, so those that were told of it are also told when somebody took charge and when it is over. */
import { PROGRAM_CHANNELS, deliveryKeyOf } from '../../contracts/delivery.ts';
import type { Channel, IncidentTelling } from '../../contracts/delivery.ts';
import type { Severity } from '../../contracts/severity.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';

/** To be called with the incident locked. The rows are due at once; whoever calls sees to it that the incident is looked after. */
export async function tellPrograms(client: Client, incidentId: string, telling: Extract<IncidentTelling, 'taken' | 'over'>): Promise<number> {
  const told = await query<{ contact_id: string; channel: Channel; address: string; level: number; round: number; severity: Severity }>(client, `
    SELECT message.contact_id, message.channel, (array_agg(message.address ORDER BY message.created_at DESC))[1] AS address, incident.level, incident.severity,
           (count(*) FILTER (WHERE message.delivery_key LIKE incident.incident_id || ':' || incident.level || ':%'))::int AS round
    FROM deliveries message JOIN incidents incident USING (incident_id)
    WHERE incident.incident_id = $1 AND message.channel = ANY($2)
    GROUP BY message.contact_id, message.channel, incident.incident_id
    -- Whoever was told of nothing but a message that was withdrawn untried need not hear that it is over; whoever has heard so already, neither. After a try
    -- whose answer was lost the program may show the incident, and would for ever.
    HAVING bool_or(message.telling NOT IN ('taken', 'over') AND (message.state IN ('waiting', 'sending', 'delivered') OR message.state = 'withdrawn' AND message.tries > 0))
       AND (array_agg(message.telling ORDER BY message.created_at DESC))[1] NOT IN ($3, 'over')`, [incidentId, PROGRAM_CHANNELS, telling]);
  if (told.length === 0) return 0;
  await query(client, `
    INSERT INTO deliveries (delivery_key, incident_id, contact_id, channel, address, telling, severity)
    SELECT key, $2, contact, channel, address, $3, severity
    FROM jsonb_to_recordset($1) AS message (key text, contact text, channel text, address text, severity text)`, [
    JSON.stringify(told.map(({ contact_id: contactId, channel, address, level, round, severity }) => ({
      key: deliveryKeyOf({ incidentId, level, round, channel, contactId }), contact: contactId, channel, address, severity,
    }))), incidentId, telling]);
  return told.length;
}
