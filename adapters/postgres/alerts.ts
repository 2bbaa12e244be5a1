/** Carries out what grouping says of a match: incident row, match row and outbox rows in one transaction. */
import { uuidv7 } from 'uuidv7';
import type { Decision, IncidentLedger } from '../../activities/alert.ts';
import type { StagedFrame } from '../../activities/ports/staged-frame.ts';
import { CHANNELS, deliveryKeyOf } from '../../contracts/delivery.ts';
import type { Channel } from '../../contracts/delivery.ts';
import type { SuppressionCause } from '../../contracts/terminal-states.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import type { Grouping, KnownIncidents } from '../../policies/incident-grouping.ts';
import { query } from './pool.ts';
import type { Client, Pool } from './pool.ts';
import { createStageLedger, underFence } from './stage-ledger.ts';

export function createIncidentLedger(pool: Pool): IncidentLedger {
  return {
    ...createStageLedger(pool),

    async matchedVerdicts(frame) {
      const [row] = await query<{ verdicts: Verdict[] }>(pool,
        'SELECT verdicts FROM frame_verdicts WHERE frame_id = $1 AND captured_at = $2 AND run = $3', [frame.frameId, frame.capturedAt, frame.run]);
      return (row?.verdicts ?? []).filter(({ matched }) => matched);
    },

    async decide(batchId, frame, verdict, group) {
      let decision: Decision | null = null;
      await underFence(pool, batchId, [{ frame }], async (client) => { decision = await decideOnce(client, frame, verdict, group); });
      return decision;
    },
  };
}

async function decideOnce(client: Client, frame: StagedFrame, verdict: Verdict, group: (known: KnownIncidents) => Grouping): Promise<Decision> {
  // Held until the commit: matches of one user, rule and device are decided one after the other, whatever workers do.
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 1))', [[frame.userId, verdict.ruleId, frame.deviceId].join('\n')]);
  const earlier = await decidedBefore(client, frame, verdict);
  if (earlier) return earlier;

  const known = await knownIncidents(client, frame, verdict);
  const grouping = group(known);
  if (grouping.kind === 'suppress') return suppress(client, frame, verdict, grouping.cause);
  if (grouping.kind === 'join' && known.open) {
    await saveMatch(client, frame, verdict, known.open.incidentId, null);
    await join(client, known.open.incidentId, frame);
    return { kind: 'joined', incidentId: known.open.incidentId };
  }
  const contacts = await contactsOf(client, frame.userId);
  // An incident that nobody can be told of would only hold back the alert that comes once a contact is there.
  if (contacts.length === 0) return suppress(client, frame, verdict, 'no_contact');
  if (known.open) await close(client, known.open.incidentId);
  const incidentId = await open(client, frame, verdict);
  await saveMatch(client, frame, verdict, incidentId, null);
  await writeOutbox(client, incidentId, contacts);
  return { kind: 'opened', incidentId };
}

async function decidedBefore(client: Client, frame: StagedFrame, verdict: Verdict): Promise<Decision | undefined> {
  const [match] = await query<{ incident_id: string | null; suppressed: SuppressionCause | null; opened: boolean }>(client, `
    SELECT match.incident_id, match.suppressed, coalesce(incident.first_frame_id = match.frame_id, false) AS opened
    FROM matches match LEFT JOIN incidents incident USING (incident_id)
    WHERE match.frame_id = $1 AND match.rule_id = $2`, [frame.frameId, verdict.ruleId]);
  if (!match) return undefined;
  if (match.incident_id === null) return { kind: 'suppressed', cause: match.suppressed ?? 'cooldown' };
  return { kind: match.opened ? 'opened' : 'joined', incidentId: match.incident_id };
}

type Known = KnownIncidents & { readonly open: (NonNullable<KnownIncidents['open']> & { readonly incidentId: string }) | null };

async function knownIncidents(client: Client, frame: StagedFrame, verdict: Verdict): Promise<Known> {
  const rows = await query<{ incident_id: string; state: string; opened_at: Instant; last_match_at: Instant; cooldown_until: Instant | null }>(client, `
    (SELECT incident_id, state, opened_at, last_match_at, cooldown_until FROM incidents
     WHERE user_id = $1 AND rule_id = $2 AND device_id = $3 AND state <> 'closed')
    UNION ALL
    (SELECT incident_id, state, opened_at, last_match_at, cooldown_until FROM incidents
     WHERE user_id = $1 AND rule_id = $2 AND device_id = $3 AND state = 'closed' ORDER BY opened_at DESC LIMIT 1)`,
  [frame.userId, verdict.ruleId, frame.deviceId]);
  const read = (row: (typeof rows)[number] | undefined) => row === undefined ? null : {
    incidentId: row.incident_id, openedAt: row.opened_at, lastMatchAt: row.last_match_at, cooldownUntil: row.cooldown_until,
  };
  return { open: read(rows.find(({ state }) => state !== 'closed')), lastClosed: read(rows.find(({ state }) => state === 'closed')) };
}

async function suppress(client: Client, frame: StagedFrame, verdict: Verdict, cause: SuppressionCause): Promise<Decision> {
  await saveMatch(client, frame, verdict, null, cause);
  return { kind: 'suppressed', cause };
}

async function saveMatch(client: Client, frame: StagedFrame, verdict: Verdict, incidentId: string | null, suppressed: SuppressionCause | null): Promise<void> {
  await query(client, `
    INSERT INTO matches (frame_id, rule_id, captured_at, rule_version, incident_id, suppressed) VALUES ($1, $2, $3, $4, $5, $6)`,
  [frame.frameId, verdict.ruleId, frame.capturedAt, verdict.ruleVersion, incidentId, suppressed]);
}

async function join(client: Client, incidentId: string, frame: StagedFrame): Promise<void> {
  await query(client, `
    UPDATE incidents SET matches = matches + 1, last_joined_at = now(),
      opened_at = least(opened_at, $2::timestamptz), last_match_at = greatest(last_match_at, $2::timestamptz)
    WHERE incident_id = $1`, [incidentId, frame.capturedAt]);
}

async function open(client: Client, frame: StagedFrame, verdict: Verdict): Promise<string> {
  const incidentId = uuidv7();
  await query(client, `
    INSERT INTO incidents (incident_id, user_id, rule_id, rule_version, device_id, opened_at, last_match_at, first_frame_id, matches, next_due_at)
    VALUES ($1, $2, $3, $4, $5, $6, $6, $7, 1, now())`,
  [incidentId, frame.userId, verdict.ruleId, verdict.ruleVersion, frame.deviceId, frame.capturedAt, frame.frameId]);
  return incidentId;
}

async function close(client: Client, incidentId: string): Promise<void> {
  await query(client, "UPDATE incidents SET state = 'closed', closed_at = now() WHERE incident_id = $1", [incidentId]);
}

interface ContactRow { contact_id: string; channel: Channel; address: string }

function contactsOf(client: Client, userId: string): Promise<ContactRow[]> {
  return query<ContactRow & Record<string, unknown>>(client, `
    SELECT contact_id, channel, address FROM contacts
    WHERE user_id = $1 AND enabled AND channel = ANY($2) ORDER BY position, contact_id`, [userId, CHANNELS]);
}

/** Level 0 only; escalation adds rows of higher levels when their time comes. */
async function writeOutbox(client: Client, incidentId: string, contacts: readonly ContactRow[]): Promise<void> {
  for (const { contact_id: contactId, channel, address } of contacts) {
    await query(client, `
      INSERT INTO deliveries (delivery_key, incident_id, contact_id, channel, address) VALUES ($1, $2, $3, $4, $5)`,
    [deliveryKeyOf({ incidentId, level: 0, round: 0, channel, contactId }), incidentId, contactId, channel, address]);
  }
}
