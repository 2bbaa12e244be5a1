/**
 * Carries out what policies/escalation.ts says is due for equipment notices: messages, and how far each has come on its user's chain of equipment. Nothing of a notice
 * is held for a digest: who sleeps is told on waking, if it is still so, because a camera that is dead by night is as dead in the morning.
 */
import { noticeDeliveryKeyOf } from '../../contracts/delivery.ts';
import { contactsOf, nextStep } from '../../policies/escalation.ts';
import type { Reachable, Step } from '../../policies/escalation.ts';
import type { ReachableContact } from './escalation-facts.ts';
import { noticesToEscalate } from './notice-escalation-facts.ts';
import type { NoticeToEscalate } from './notice-escalation-facts.ts';
import { inTransaction, query } from './pool.ts';
import type { Client, Pool } from './pool.ts';

/** More turns than a chain has levels and repeats would be a circle. */
const MOST_TURNS = 32;
/** From one call to the next where the settings are not at hand; only when a notice opens whose first level calls. */
const CALL_GAP_MS = 60_000;
const PORTION = 100;

/** The first word of notices, in the transaction that opens them. One that is over with the same frames is told all the same: its owner may see the gap. */
export const tellOpened = (client: Client, noticeIds: readonly string[]): Promise<void> => escalate(client, noticeIds, { callGapMs: CALL_GAP_MS, opening: true });

interface Looking {
  readonly callGapMs: number;
  readonly opening: boolean;
}

/** Tells whoever is to be told now, and says when to look again. */
async function escalate(client: Client, noticeIds: readonly string[], looking: Looking): Promise<void> {
  let due = noticeIds;
  for (let turn = 0; due.length > 0 && turn < MOST_TURNS; turn += 1) {
    const moves = (await noticesToEscalate(client, due)).map((notice) => moveOf(notice, looking));
    await write(client, moves);
    // What was told waits from now on, and the next turn says how long.
    due = moves.filter(({ messages }) => messages.length > 0).map(({ notice }) => notice.noticeId);
  }
}

/** Those that are due, a portion of them; several processes may sweep at once. */
export const escalateDueNotices = (pool: Pool, callGapMs: number): Promise<void> => inTransaction(pool, async (client) => {
  const rows = await query<{ notice_id: string }>(client,
    'SELECT notice_id FROM equipment_notices WHERE escalate_at <= now() ORDER BY escalate_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED', [PORTION]);
  await escalate(client, rows.map((row) => row.notice_id), { callGapMs, opening: false });
});

interface Move {
  readonly notice: NoticeToEscalate;
  /** Null where the level stays. */
  readonly level: { readonly level: number; readonly repeats: number } | null;
  readonly messages: readonly { readonly contact: ReachableContact; readonly level: number }[];
  readonly exhausted: boolean;
  /** Null: never again. */
  readonly lookAtMs: number | null;
}

function moveOf(notice: NoticeToEscalate, { callGapMs, opening }: Looking): Move {
  const nothing: Move = { notice, level: null, messages: [], exhausted: notice.exhausted, lookAtMs: null };
  if (notice.over && !(opening && notice.toldAtMs === null)) return nothing;
  const awoken = overslept(notice).filter(({ contact }) => contact.quietUntilMs === null);
  if (awoken.length > 0) return { ...nothing, messages: awoken, lookAtMs: notice.nowMs };
  const step: Step = notice.exhausted ? { kind: 'exhausted' } : nextStep(notice, notice.chain, notice.reachable, notice.nowMs, { callGapMs });
  const wakesAtMs = overslept(notice).flatMap(({ contact }) => contact.quietUntilMs ?? []);
  switch (step.kind) {
    case 'tell': return { ...nothing, level: step, messages: full(notice, step.contacts).map((contact) => ({ contact, level: step.level })), lookAtMs: notice.nowMs };
    case 'call': return { ...nothing, messages: full(notice, [step.contact]).map((contact) => ({ contact, level: notice.level })), lookAtMs: notice.nowMs };
    case 'wait': return { ...nothing, lookAtMs: Math.min(step.untilMs, ...wakesAtMs) };
    case 'held': return { ...nothing, lookAtMs: Math.min(...step.held.map(({ quietUntilMs }) => quietUntilMs ?? notice.nowMs)) };
    case 'exhausted': return { ...nothing, exhausted: true, lookAtMs: wakesAtMs.length === 0 ? null : Math.min(...wakesAtMs) };
  }
}

/** Who slept when a level was told that is theirs, and has not been told since. A telephone is not called for it in the morning: its owner is told by then, or nobody answers. */
function overslept({ chain, level, severity, toldAtMs, reachable, told }: NoticeToEscalate): { contact: ReachableContact; level: number }[] {
  if (toldAtMs === null) return [];
  const known = new Map(reachable.map((contact) => [contact.contactId, contact]));
  const missed = new Map<string, { contact: ReachableContact; level: number }>();
  for (const [index, row] of chain.levels.entries()) {
    if (index > level || !row.severities.includes(severity)) continue;
    for (const { contactId, channel } of contactsOf(row, reachable)) {
      if (channel !== 'call' && !told.has(contactId) && !missed.has(contactId)) missed.set(contactId, { contact: known.get(contactId)!, level: index });
    }
  }
  return [...missed.values()];
}

const full = ({ reachable }: NoticeToEscalate, contacts: readonly Reachable[]): ReachableContact[] =>
  contacts.flatMap(({ contactId }) => reachable.find((contact) => contact.contactId === contactId) ?? []);

async function write(client: Client, moves: readonly Move[]): Promise<void> {
  const messages = moves.flatMap(({ notice: { noticeId, severity }, messages: told }) => told.map(({ contact: { contactId, channel, address, roundOf }, level }) => ({
    delivery_key: noticeDeliveryKeyOf({ noticeId, telling: 'opened', level, round: roundOf(level), channel, contactId }),
    notice_id: noticeId, contact_id: contactId, channel, address, severity,
  })));
  if (messages.length > 0) {
    await query(client, `
      INSERT INTO deliveries (delivery_key, notice_id, contact_id, channel, address, telling, severity)
      SELECT delivery_key, notice_id, contact_id, channel, address, 'opened', severity
      FROM jsonb_to_recordset($1) AS message (delivery_key text, notice_id uuid, contact_id text, channel text, address text, severity text)`, [JSON.stringify(messages)]);
  }
  if (moves.length === 0) return;
  await query(client, `
    UPDATE equipment_notices notice SET level = coalesce(move.level, notice.level), repeats = coalesce(move.repeats, notice.repeats), exhausted = move.exhausted,
      told_at = CASE WHEN move.level IS NULL THEN notice.told_at ELSE now() END, escalate_at = to_timestamp(move.look_at_ms / 1000),
      next_due_at = CASE WHEN move.wrote THEN now() ELSE notice.next_due_at END
    FROM jsonb_to_recordset($1) AS move (notice_id uuid, level int, repeats int, exhausted boolean, look_at_ms float8, wrote boolean) WHERE notice.notice_id = move.notice_id`,
  [JSON.stringify(moves.map(({ notice, level, messages: told, exhausted, lookAtMs }) => ({
    notice_id: notice.noticeId, level: level?.level, repeats: level?.repeats, exhausted, look_at_ms: lookAtMs, wrote: told.length > 0,
  })))]);
}
