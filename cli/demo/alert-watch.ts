/** Follows a running demo through the API: what is settled, and each alert as it is handed over. */
import type { AccountingReport } from '../../api/shapes/plant.ts';
import type { FrameStatus } from '../../api/shapes/frames.ts';
import type { Incident } from '../../api/shapes/incidents.ts';
import type { Client } from '../../client/client.ts';
import { elapsedMs, localTime } from '../../contracts/time.ts';
import { share } from '../wording.ts';

export interface Alert {
  readonly incidentId: string;
  readonly ruleId: string;
  readonly deviceId: string;
  readonly deviceName: string;
  /** At the camera. */
  readonly localTime: string;
  /** What made the rule match: `person 87 %`. */
  readonly seen: string;
  readonly address: string;
  /** From acceptance of the frame until its message was handed over. */
  readonly handedOverAfterMs: number;
  /** Where the message can be seen. */
  readonly file: string | null;
  readonly page: string | null;
}

export interface MailIndex {
  /** Of the mail about an incident; undefined while there is none. */
  find(incidentId: string): Promise<{ file: string; page: string } | undefined>;
}

export interface AlertWatch {
  readonly alerts: readonly Alert[];
  /** One look: figures of this moment, and the alerts that are new since the last look. */
  look(): Promise<{ accounting: AccountingReport; fresh: readonly Alert[] }>;
}

/** More incidents than a demo makes; a page of the API holds no more. */
const PAGE = 500;

export function createAlertWatch(client: Client, deviceNames: ReadonlyMap<string, string>, mails: MailIndex): AlertWatch {
  const alerts: Alert[] = [];
  const known = new Set<string>();

  async function describe(incident: Incident, delivery: Incident['messages'][number]): Promise<Alert> {
    const frame = await client.frame(incident.firstFrameId);
    const mail = await mails.find(incident.incidentId);
    return {
      incidentId: incident.incidentId, ruleId: incident.ruleId, deviceId: incident.deviceId, deviceName: deviceNames.get(incident.deviceId) ?? incident.deviceId,
      localTime: localTime(frame.capturedAt, frame.timeZone), seen: evidenceOf(frame, incident.ruleId), address: delivery.address,
      handedOverAfterMs: delivery.deliveredAt === null ? Number.NaN : elapsedMs(frame.acceptedAt, delivery.deliveredAt),
      file: mail?.file ?? null, page: mail?.page ?? null,
    };
  }

  return {
    alerts,
    async look() {
      const accounting = await client.accounting();
      const { incidents } = await client.incidents({ limit: PAGE });
      const fresh: Alert[] = [];
      for (const incident of [...incidents].reverse()) {
        for (const message of incident.messages) {
          if (message.state !== 'delivered' || known.has(message.deliveryKey)) continue;
          const alert = await describe(incident, message);
          known.add(message.deliveryKey);
          fresh.push(alert);
        }
      }
      alerts.push(...fresh);
      return { accounting, fresh };
    },
  };
}

function evidenceOf(frame: FrameStatus, ruleId: string): string {
  const evidence = frame.verdicts.find((verdict) => verdict.ruleId === ruleId)?.evidence ?? [];
  const [best] = evidence.flatMap((index) => frame.detections[index] ?? []).sort((a, b) => b.probability - a.probability);
  return best === undefined ? 'matched' : `${best.label} ${share(best.probability)}${evidence.length > 1 ? ` and ${evidence.length - 1} more` : ''}`;
}
