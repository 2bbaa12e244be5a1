/** All that is asked to decide who is told next of an equipment notice. */
import { noticeLevelOf } from '../../contracts/delivery.ts';
import { DEFAULT_CHAIN } from '../../contracts/escalation.ts';
import type { Chain, Level } from '../../contracts/escalation.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Escalation } from '../../policies/escalation.ts';
import { quietUntil } from '../../policies/quiet-time.ts';
import { contactsFor, sentIn } from './escalation-facts.ts';
import type { ContactRow, MessageRow, ReachableContact } from './escalation-facts.ts';
import { query } from './pool.ts';
import type { Client } from './pool.ts';

export interface NoticeToEscalate extends Escalation {
  readonly noticeId: string;
  readonly exhausted: boolean;
  /** Somebody has taken charge, or all devices that its messages name are well again. */
  readonly over: boolean;
  readonly chain: Chain;
  readonly reachable: readonly ReachableContact[];
  /** Contacts that were told of it, on whatever level. */
  readonly told: ReadonlySet<string>;
  /** Clock of the database. */
  readonly nowMs: number;
}

interface NoticeRow {
  noticeId: string; userId: string; severity: Severity; level: number; repeats: number; toldAtMs: number | null; exhausted: boolean; over: boolean; levels: readonly Level[] | null; nowMs: number;
}

/** The notices are locked until the end of the transaction. */
export async function noticesToEscalate(client: Client, noticeIds: readonly string[]): Promise<NoticeToEscalate[]> {
  const rows = await query<NoticeRow & Record<string, unknown>>(client, NOTICES, [[...noticeIds].sort()]);
  const messages = await messagesOf(client, noticeIds);
  const contacts = await contactsFor(client, rows);
  return rows.map((row) => noticeIn(row, messages.filter(({ noticeId }) => noticeId === row.noticeId), contacts));
}

const NOTICES = `
  SELECT notice.notice_id AS "noticeId", notice.user_id AS "userId", notice.severity, notice.level, notice.repeats, (extract(epoch FROM notice.told_at) * 1000)::float8 AS "toldAtMs",
         notice.exhausted, chain.levels, (extract(epoch FROM now()) * 1000)::float8 AS "nowMs",
         notice.acknowledged_at IS NOT NULL OR (notice.state <> 'open'
           AND NOT EXISTS (SELECT FROM equipment_notices silent WHERE silent.told_with = notice.notice_id AND silent.state = 'open')) AS over
  FROM equipment_notices notice
  LEFT JOIN users owner ON owner.user_id = notice.user_id
  LEFT JOIN chains chain ON chain.chain_id = owner.equipment_chain_id
  WHERE notice.notice_id = ANY($1) ORDER BY notice.notice_id FOR NO KEY UPDATE OF notice`;

type NoticeMessageRow = Omit<MessageRow, 'incidentId'> & { noticeId: string };

const messagesOf = (client: Client, noticeIds: readonly string[]): Promise<NoticeMessageRow[]> => query<NoticeMessageRow & Record<string, unknown>>(client, `
  SELECT notice_id AS "noticeId", delivery_key AS key, contact_id AS "contactId", channel, state, arrival,
         (extract(epoch FROM created_at) * 1000)::float8 AS "writtenAtMs", (extract(epoch FROM delivered_at) * 1000)::float8 AS "takenAtMs"
  FROM deliveries WHERE notice_id = ANY($1) AND telling = 'opened' ORDER BY created_at, delivery_key`, [noticeIds]);

function noticeIn({ levels, userId, ...row }: NoticeRow, messages: readonly NoticeMessageRow[], contacts: readonly ContactRow[]): NoticeToEscalate {
  const chain: Chain = levels === null ? DEFAULT_CHAIN : { levels };
  const named = new Set(chain.levels.flatMap((level) => level.contacts ?? []));
  const toldMs = row.toldAtMs ?? Number.POSITIVE_INFINITY;
  return {
    ...row, chain, told: new Set(messages.map(({ contactId }) => contactId)),
    sent: messages.filter(({ key, writtenAtMs }) => writtenAtMs >= toldMs && noticeLevelOf(key) === row.level).map(sentIn),
    reachable: contacts.filter((contact) => contact.userId === userId || named.has(contact.contactId)).map((contact) => ({
      contactId: contact.contactId, channel: contact.channel, address: contact.address, own: contact.userId === userId,
      quietUntilMs: quietUntil(contact.quietHours, row.severity, row.nowMs),
      roundOf: (level) => messages.filter(({ key, contactId }) => contactId === contact.contactId && noticeLevelOf(key) === level).length,
    })),
  };
}
