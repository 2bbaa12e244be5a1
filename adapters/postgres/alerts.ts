/** Carries out what grouping says of matches: incident rows, match rows and outbox rows of a batch in one transaction. */
import type { Decided, DecidedMatch, Decision, GroupMatch, IncidentLedger, MatchToDecide, Mute } from '../../activities/alert.ts';
import type { Detection } from '../../contracts/detection.ts';
import { DEFAULT_SEVERITY } from '../../contracts/severity.ts';
import type { SuppressionCause } from '../../contracts/terminal-states.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { snoozeFor } from '../../policies/snooze.ts';
import type { Snooze } from '../../policies/snooze.ts';
import { captureSpan } from './capture-span.ts';
import { usersWithContact } from './contacts.ts';
import { escalate } from './escalate.ts';
import type { EscalationSettings } from './escalate.ts';
import { takeDefaults } from './incident-defaults.ts';
import { knownLines, writeIncidents } from './incident-rows.ts';
import { lineOf, planIncidents } from './incident-plan.ts';
import { query } from './pool.ts';
import type { Client, Pool } from './pool.ts';
import { holdSnoozed } from './held-back.ts';
import { activeSnoozes } from './snoozes.ts';
import { createStageLedger, underFence } from './stage-ledger.ts';

export function createIncidentLedger(pool: Pool, settings: EscalationSettings): IncidentLedger {
  return {
    ...createStageLedger(pool),

    async matches(frames) {
      const { from, to } = captureSpan(frames.map(({ capturedAt }) => capturedAt));
      const rows = await query<{ frame_id: string; verdicts: Verdict[]; detections: Detection[] | null }>(pool, `
        SELECT judged.frame_id, judged.verdicts, detected.detections
        FROM frame_verdicts judged
        LEFT JOIN frame_detections detected ON detected.frame_id = judged.frame_id AND detected.captured_at = judged.captured_at AND detected.captured_at BETWEEN $4 AND $5
        WHERE (judged.frame_id, judged.captured_at, judged.run) IN (SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::int[])) AND judged.captured_at BETWEEN $4 AND $5`,
      [frames.map(({ frameId }) => frameId), frames.map(({ capturedAt }) => capturedAt), frames.map(({ run }) => run), from, to]);
      const judged = new Map(rows.map((row) => [row.frame_id, row]));
      return frames.flatMap((frame) => {
        const { verdicts = [], detections = [] } = judged.get(frame.frameId) ?? {};
        return verdicts.filter(({ matched }) => matched).map((verdict) => ({ frame, verdict: weighed(verdict), ...shown(verdict, detections ?? []) }));
      });
    },

    async decide(batchId, matches, group) {
      let decided: Decided = { matches: [], told: [] };
      await underFence(pool, batchId, matches, async (client, held) => { decided = await decideAll(client, held, group, settings); });
      return decided;
    },
  };
}

async function decideAll(client: Client, matches: readonly MatchToDecide[], group: GroupMatch, settings: EscalationSettings): Promise<Decided> {
  const lines = [...new Set(matches.map(lineOf))].sort();
  // Held until the commit: matches of one line are decided one after the other. Taken in one order by all, or two batches could wait for each other.
  await query(client, 'SELECT pg_advisory_xact_lock(hashtextextended(line, 1)) FROM unnest($1::text[]) AS line', [lines]);
  const before = await decidedBefore(client, matches);
  const fresh = matches.filter((match) => !before.has(matchKey(match)));
  const users = [...new Set(fresh.map(({ frame }) => frame.userId))];
  const withContact = await usersWithContact(client, users);
  const snoozes = await activeSnoozes(client, users);
  const { decided, incidents } = planIncidents(fresh, {
    known: await knownLines(client, fresh), hasContact: (userId) => withContact.has(userId), mute: muteOf(snoozes),
  }, group);
  await writeIncidents(client, incidents);
  await writeMatches(client, decided);
  await takeDefaults(client, incidents.flatMap(({ incidentId, openedBy }) => (openedBy === null ? [] : [{ incidentId, capturedAt: openedBy.frame.capturedAt }])));
  await holdSnoozed(client, decided.filter(({ decision }) => decision.kind === 'suppressed' && decision.cause === 'snoozed')
    .flatMap((match) => { const snooze = holding(match, snoozes); return snooze ? [{ match, untilAt: snooze.until }] : []; }));
  const told = await escalate(client, incidents.flatMap(({ incidentId, tell, lastMatchAt }) => (tell === null ? [] : [{ incidentId, trigger: tell, matchAt: lastMatchAt }])), settings);
  const decisions = new Map([...before, ...decided.map((match) => [matchKey(match), match.decision] as const)]);
  return {
    matches: matches.flatMap((match): DecidedMatch[] => {
      const decision = decisions.get(matchKey(match));
      return decision ? [{ ...match, decision }] : [];
    }),
    told: told.filter(({ wrote }) => wrote).map(({ incidentId }) => incidentId),
  };
}

/** A verdict that was kept before there was severity says none. */
const weighed = (verdict: Verdict & Partial<Pick<Verdict, 'severity'>>): Verdict => ({ ...verdict, severity: verdict.severity ?? DEFAULT_SEVERITY });

function shown({ evidence }: Verdict, detections: readonly Detection[]): Pick<MatchToDecide, 'labels' | 'probability'> {
  const seen = evidence.flatMap((index) => detections[index] ?? []);
  return { labels: [...new Set(seen.map(({ label }) => label))], probability: seen.length === 0 ? null : Math.max(...seen.map(({ probability }) => probability)) };
}

/** By acceptance: what came before a snooze began to be asked for is held by it too, if it is decided while it holds. */
const holding = ({ frame, verdict, labels }: MatchToDecide, snoozes: readonly Snooze[]): Snooze | null =>
  snoozeFor({ userId: frame.userId, ruleId: verdict.ruleId, deviceId: frame.deviceId, labels, at: frame.acceptedAt }, snoozes);

const muteOf = (snoozes: readonly Snooze[]): Mute => (match) => holding(match, snoozes)?.cause ?? null;

const matchKey = ({ frame, verdict }: MatchToDecide): string => `${frame.frameId} ${verdict.ruleId}`;

async function decidedBefore(client: Client, matches: readonly MatchToDecide[]): Promise<Map<string, Decision>> {
  const rows = await query<{ frame_id: string; rule_id: string; incident_id: string | null; suppressed: SuppressionCause | null; opened: boolean }>(client, `
    SELECT match.frame_id, match.rule_id, match.incident_id, match.suppressed, coalesce(incident.first_frame_id = match.frame_id, false) AS opened
    FROM matches match LEFT JOIN incidents incident USING (incident_id)
    WHERE (match.frame_id, match.rule_id) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))`,
  [matches.map(({ frame }) => frame.frameId), matches.map(({ verdict }) => verdict.ruleId)]);
  return new Map(rows.map((row) => [`${row.frame_id} ${row.rule_id}`, row.incident_id === null
    ? { kind: 'suppressed', cause: row.suppressed ?? 'cooldown' }
    : { kind: row.opened ? 'opened' : 'joined', incidentId: row.incident_id }]));
}

async function writeMatches(client: Client, decided: readonly DecidedMatch[]): Promise<void> {
  if (decided.length === 0) return;
  await query(client, `
    INSERT INTO matches (frame_id, rule_id, captured_at, rule_version, severity, labels, probability, incident_id, suppressed)
    SELECT frame_id, rule_id, captured_at, rule_version, severity, labels, probability, incident_id, suppressed
    FROM jsonb_to_recordset($1) AS match (frame_id uuid, rule_id text, captured_at timestamptz, rule_version int, severity text, labels text[], probability real, incident_id uuid, suppressed text)`,
  [JSON.stringify(decided.map(({ frame, verdict, labels, probability, decision }) => ({
    frame_id: frame.frameId, rule_id: verdict.ruleId, captured_at: frame.capturedAt, rule_version: verdict.ruleVersion, severity: verdict.severity, labels, probability,
    ...(decision.kind === 'suppressed' ? { suppressed: decision.cause } : { incident_id: decision.incidentId }),
  })))]);
}
