/** What an incident takes from accounts when it opens: the chain of its user or of the policy that brought the rule, and that policy's quiet hours. */
import type { Instant } from '../../contracts/time.ts';
import { captureSpan } from './capture-span.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';

/**
 * The policy is found by the rule set that the first frame was judged by, which says by which ways the rule came to the device, and with which version of
 * the policy. Of several ways the first that says something counts, in the order that rule sets have.
 */
export async function takeDefaults(client: Client, opened: readonly { readonly incidentId: string; readonly capturedAt: Instant }[]): Promise<void> {
  if (opened.length === 0) return;
  const { from, to } = captureSpan(opened.map(({ capturedAt }) => capturedAt));
  await query(client, `
    WITH opened AS (
      SELECT incident.incident_id, owner.chain_id,
        (SELECT content -> 'defaults' ->> 'chain' ${WAYS} AND content -> 'defaults' ->> 'chain' IN (SELECT chain_id FROM chains) ORDER BY place LIMIT 1) AS brought_chain,
        (SELECT content -> 'defaults' -> 'quietHours' ${WAYS} AND jsonb_typeof(content -> 'defaults' -> 'quietHours') = 'object' ORDER BY place LIMIT 1) AS quiet_hours
      FROM incidents incident JOIN users owner USING (user_id)
      JOIN matches first ON first.frame_id = incident.first_frame_id AND first.rule_id = incident.rule_id
      JOIN frame_verdicts judged ON judged.frame_id = first.frame_id AND judged.captured_at = first.captured_at AND judged.run = 1
      LEFT JOIN rule_sets rule_set ON rule_set.rule_set_id = judged.rule_set_id
      WHERE incident.incident_id = ANY($1) AND judged.captured_at BETWEEN $2 AND $3)
    UPDATE incidents SET chain_id = coalesce(opened.chain_id, opened.brought_chain), quiet_hours = opened.quiet_hours
    FROM opened WHERE incidents.incident_id = opened.incident_id`, [opened.map(({ incidentId }) => incidentId), from, to]);
}

const WAYS = `
  FROM jsonb_array_elements(rule_set.contents -> 'rules') AS rule,
       jsonb_array_elements(rule -> 'through') WITH ORDINALITY AS through (way, place)
  JOIN policy_versions version ON version.policy_id = way ->> 'policyId' AND version.version = (way ->> 'policyVersion')::int
  WHERE rule ->> 'ruleId' = incident.rule_id`;
