/** What must hold when everything is over: one row per law, as a sentence, with a look that finds every breach of it. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageIdOf } from '../../adapters/channels/email/message-id.ts';
import { disagreements } from '../support/books.ts';
import type { Shown } from '../support/scripted-pictures.ts';
import type { ChaosPlant } from './chaos-plant.ts';
import type { FrameStream } from './frame-stream.ts';
import { violations } from './ledger-watch.ts';

export interface Ended {
  readonly plant: ChaosPlant;
  readonly stream: FrameStream;
}

export interface Law {
  readonly law: string;
  /** One line per breach. */
  breaches(ended: Ended): Promise<string[]>;
}

/** How a frame may end, by what it shows. A person in a frame that comes late is suppressed. */
const ENDS: Readonly<Record<Shown, readonly string[]>> = {
  person: ['alerted', 'suppressed late'], nobody: ['no_match'], rubbish: ['rejected format_unsupported'], killer: ['failed worker_died detect'],
};
/** Right side of every Message-ID, from the default sender. */
const MAIL_DOMAIN = 'localhost';

export const LAWS: readonly Law[] = [
  {
    law: 'every accepted frame has the end that its picture calls for, and innocent frames never fail',
    async breaches({ plant, stream }) {
      const rows = await read<{ frame_id: string; ended: string }>(plant, "SELECT frame_id, concat_ws(' ', coalesce(state, 'open'), reason, stage) AS ended FROM frames");
      const ended = new Map(rows.map((row) => [row.frame_id, row.ended.replace(' validate', '')]));
      return stream.sent.filter(({ frameId, shown }) => !ENDS[shown].includes(ended.get(frameId) ?? ''))
        .map(({ frameId, shown }) => `${shown} ${frameId}: ${ended.get(frameId) ?? 'not in the ledger'}`);
    },
  },
  {
    law: 'a frame is accepted once, however often it is sent',
    async breaches({ plant, stream }) {
      const [{ frames } = { frames: 0 }] = await read<{ frames: number }>(plant, 'SELECT count(*) AS frames FROM frames');
      const ids = new Set(stream.sent.map(({ frameId }) => frameId)).size;
      return [...stream.strangers, ...(frames === ids && ids === stream.sent.length ? [] : [`${stream.sent.length} sent, ${ids} ids, ${frames} in the ledger`])];
    },
  },
  {
    law: 'the books close: accepted is settled, nothing open, nothing unaccounted for',
    async breaches({ plant, stream }) {
      const { totals } = await plant.call<{ totals: Record<string, number> }>('GET', '/v1/ops/accounting');
      const whole = totals['accepted'] === stream.sent.length && totals['open'] === 0 && totals['unaccounted'] === 0;
      return [...(whole ? [] : [JSON.stringify(totals)]), ...(await disagreements(plant.pool)).map((row) => JSON.stringify(row))];
    },
  },
  {
    law: 'at every moment a lane had one batch in flight, stages wrote only under their fence, and ends were for good',
    breaches: ({ plant }) => violations(plant.pool),
  },
  {
    law: 'the frames of a device were judged in the order of their capture, but for those marked late',
    breaches: async ({ plant }) => (await read<{ frame_id: string; device_id: string; late: boolean }>(plant, `
      SELECT frame_id, device_id, late FROM (
        SELECT frame.frame_id, frame.device_id, frame.late, frame.captured_at < max(frame.captured_at) OVER (
                 PARTITION BY frame.device_id ORDER BY judged_at, frame.captured_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS behind
        FROM frame_verdicts verdict JOIN frames frame ON frame.frame_id = verdict.frame_id) judged
      WHERE coalesce(behind, false) <> late`)).map((row) => `${row.device_id} ${row.frame_id}: ${row.late ? 'marked late and was not' : 'judged after a newer one'}`),
  },
  {
    law: 'every judged frame names the recorded rule set that gave its verdicts',
    breaches: async ({ plant }) => (await read<{ frame_id: string; why: string }>(plant, `
      SELECT frame_id, CASE WHEN used.rule_set_id IS NULL THEN 'no recorded rule set' ELSE 'a verdict of a rule that its set does not hold' END AS why
      FROM frame_verdicts judged LEFT JOIN rule_sets used USING (rule_set_id)
      WHERE used.rule_set_id IS NULL OR EXISTS (
        SELECT FROM jsonb_array_elements(judged.verdicts) verdict
        WHERE NOT used.contents -> 'rules' @> jsonb_build_array(jsonb_build_object('ruleId', verdict ->> 'ruleId', 'version', verdict -> 'ruleVersion')))`))
      .map((row) => `${row.frame_id}: ${row.why}`),
  },
  {
    law: 'what the rules remember of a device moved once for each of its frames that was judged in time',
    breaches: async ({ plant }) => (await read<{ device_id: string; moved: number; judged: number }>(plant, `
      SELECT frame.device_id, coalesce((max(memory.memory ->> 'frames'))::int, 0) AS moved, count(*)::int AS judged
      FROM frame_verdicts verdict JOIN frames frame ON frame.frame_id = verdict.frame_id AND NOT frame.late
      LEFT JOIN device_memory memory ON memory.device_id = frame.device_id
      WHERE verdict.run = 1
      GROUP BY frame.device_id HAVING coalesce((max(memory.memory ->> 'frames'))::int, 0) <> count(*)`))
      .map((row) => `${row.device_id}: ${row.judged} judged, memory moved ${row.moved} times`),
  },
  {
    law: 'killers have their bytes kept and are listed for operations, and nobody else is',
    async breaches({ plant, stream }) {
      const { frames } = await plant.call<{ frames: { frameId: string }[] }>('GET', '/v1/ops/failed?limit=200');
      const killers = stream.sent.filter(({ shown }) => shown === 'killer');
      const listed = frames.map(({ frameId }) => frameId).sort();
      const kept = await Promise.all(killers.map(async ({ frameId, sha256 }) => {
        const bytes = await readFile(join(plant.home, 'frames', sha256.slice(0, 2), sha256)).catch(() => Buffer.alloc(0));
        return createHash('sha256').update(bytes).digest('hex') === sha256 ? [] : [`bytes of ${frameId} are gone`];
      }));
      const same = JSON.stringify(listed) === JSON.stringify(killers.map(({ frameId }) => frameId).sort());
      return [...kept.flat(), ...(same ? [] : [`${killers.length} killers, listed: ${listed.join(', ')}`])];
    },
  },
  {
    law: 'a user has one incident at a time of a rule and device, and every incident came to its end',
    breaches: async ({ plant }) => (await read<{ incident_id: string; why: string }>(plant, `
      SELECT incident_id, 'left ' || state AS why FROM incidents WHERE state <> 'closed' OR next_due_at IS NOT NULL
      UNION ALL
      SELECT one.incident_id, 'overlaps ' || other.incident_id FROM incidents one
      JOIN incidents other ON other.user_id = one.user_id AND other.rule_id = one.rule_id AND other.device_id = one.device_id AND other.incident_id > one.incident_id
      WHERE one.opened_at <= other.last_match_at AND other.opened_at <= one.last_match_at`)).map((row) => `${row.incident_id}: ${row.why}`),
  },
  {
    law: 'every message was delivered, and a second time only within the counted window',
    async breaches({ plant }) {
      const copies = mailsById(plant);
      const deliveries = await readDeliveries(plant);
      return deliveries.flatMap(({ delivery_key: key, state, uncertain }) => {
        const taken = copies.get(messageIdOf(key, MAIL_DOMAIN))?.length ?? 0;
        return [
          ...(state === 'delivered' && taken > 0 ? [] : [`${key}: ${state}, and the server has ${taken}`]),
          ...(taken <= 1 + uncertain ? [] : [`${key}: the server has ${taken} with ${uncertain} uncertain tries`]),
        ];
      });
    },
  },
  {
    law: 'one delivery key is one message: copies say the same to the same person, and no mail is without its key',
    async breaches({ plant }) {
      const known = new Map((await readDeliveries(plant)).map(({ delivery_key: key, address }) => [messageIdOf(key, MAIL_DOMAIN), address]));
      return [...mailsById(plant)].flatMap(([id, copies]) => {
        const said = new Set(copies.map(({ subject, to }) => JSON.stringify([subject, to?.map(({ address }) => address)])));
        const rightly = copies.every(({ to }) => to?.length === 1 && to[0]?.address === known.get(id));
        return [...(said.size === 1 ? [] : [`${id}: ${[...said].join(' / ')}`]), ...(rightly ? [] : [`${id}: sent to ${copies[0]?.to?.[0]?.address}, due to ${known.get(id)}`])];
      });
    },
  },
];

interface DeliveryRow {
  readonly delivery_key: string;
  readonly address: string;
  readonly state: string;
  readonly uncertain: number;
}

const readDeliveries = (plant: ChaosPlant): Promise<DeliveryRow[]> => read(plant, 'SELECT delivery_key, address, state, uncertain FROM deliveries');

function mailsById({ mail }: ChaosPlant): Map<string, ChaosPlant['mail']['taken'][number][]> {
  const byId = new Map<string, ChaosPlant['mail']['taken'][number][]>();
  for (const email of mail.taken) byId.set(email.messageId ?? '', [...(byId.get(email.messageId ?? '') ?? []), email]);
  return byId;
}

async function read<Row>({ pool }: ChaosPlant, sql: string): Promise<Row[]> {
  return (await pool.query(sql)).rows as Row[];
}
