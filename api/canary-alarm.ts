/**
 * Tells operations when no canary comes through: in the log, and by a mail that goes straight to the mail server, past Temporal and the outbox, which may be what
 * stands still. In the API process, because what it watches runs in others. It goes on while the database is away, by what it knew last.
 */
import { uuidv7 } from 'uuidv7';
import type { Channel } from '../activities/ports/channel.ts';
import type { StageLog } from '../activities/stage-run.ts';
import type { CanaryRow } from '../adapters/postgres/canary-watch.ts';
import { noticeDeliveryKeyOf } from '../contracts/delivery.ts';
import type { NoticeTelling } from '../contracts/equipment-notice.ts';
import { plusMs } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';
import { REMIND_MS, watchCanary } from '../policies/canary-watch.ts';
import { alarmWords } from './canary-words.ts';
import type { PlantNow } from './canary-words.ts';

export interface CanaryAlarmPorts {
  readonly periodMs: number;
  look(): Promise<CanaryRow>;
  claimTelling(row: Pick<CanaryRow, 'tellings'>, newAlarmId: string): Promise<{ alarmId: string; alarmAt: Instant; tellings: number } | undefined>;
  tellAgainIn(alarmId: string, remindMs: number, inMs: number): Promise<void>;
  endAlarm(alarmId: string): Promise<boolean>;
  /** What may be amiss, for whoever reads the mail. */
  plantNow(): Promise<PlantNow>;
  /** Null where no address of operations is set. */
  readonly mail: { channel(): Promise<Channel>; readonly to: string } | null;
  readonly log: StageLog;
  /** Monotonic milliseconds. */
  nowMs?(): number;
}

/** A mail server that is away is tried again this soon. */
const MAIL_AGAIN_MS = 60_000;
/** Servers greylist and tarpit; what takes longer is tried again. */
const MAIL_LIMIT_MS = 60_000;

export class CanaryAlarm {
  readonly #ports: CanaryAlarmPorts;
  readonly #nowMs: () => number;
  #last: { readonly row: CanaryRow; readonly atMs: number } | undefined;
  /** Told of while the database could not be asked. */
  #away: { readonly alarmId: string; toldAt: Instant | null; tellings: number; readonly alarmAt: Instant } | undefined;

  constructor(ports: CanaryAlarmPorts) {
    this.#ports = ports;
    this.#nowMs = ports.nowMs ?? (() => performance.now());
  }

  async turn(): Promise<void> {
    let row: CanaryRow;
    try {
      row = await this.#ports.look();
    } catch (error) {
      await this.#turnWithoutDatabase(error);
      return;
    }
    this.#last = { row, atMs: this.#nowMs() };
    if (this.#away !== undefined) await this.#backFromAway(row);
    else await this.#turnWith(row);
  }

  async #turnWith(row: CanaryRow): Promise<void> {
    const { step, sinceMs } = watchCanary(row, this.#ports.periodMs);
    if (step === 'alarm' || step === 'remind') {
      const claimed = await this.#ports.claimTelling(row, uuidv7());
      if (claimed === undefined) return;
      this.#ports.log.error({ sinceMs, alarmId: claimed.alarmId }, 'NO CANARY COMES THROUGH: the pipeline stands still, or is slower than its canaries come');
      const told = await this.#tell('opened', claimed, row, await this.#ports.plantNow().catch(() => null));
      if (!told) await this.#ports.tellAgainIn(claimed.alarmId, REMIND_MS, MAIL_AGAIN_MS);
    } else if (step === 'recovered' && row.alarmId !== null && row.alarmAt !== null && await this.#ports.endAlarm(row.alarmId)) {
      await this.#sayRecovered({ alarmId: row.alarmId, alarmAt: row.alarmAt, tellings: row.tellings }, row);
    }
  }

  /** The clock goes on from the last look; nobody else can be asked whether they tell already, so each API process does. */
  async #turnWithoutDatabase(error: unknown): Promise<void> {
    if (this.#last === undefined) throw error;
    const { row, atMs } = this.#last;
    const now = plusMs(row.now, this.#nowMs() - atMs);
    const alarmAt = this.#away?.alarmAt ?? row.alarmAt;
    const { step, sinceMs } = watchCanary({ ...row, now, settledAt: row.settledAt, alarmAt, toldAt: this.#away ? this.#away.toldAt : row.toldAt }, this.#ports.periodMs);
    if (step !== 'alarm' && step !== 'remind') return;
    this.#away ??= { alarmId: row.alarmId ?? uuidv7(), alarmAt: row.alarmAt ?? now, toldAt: null, tellings: row.tellings };
    this.#away.tellings += 1;
    this.#ports.log.error({ sinceMs, err: error }, 'NO CANARY COMES THROUGH, and the database does not answer');
    const told = await this.#tell('opened', this.#away, { ...row, now }, null);
    this.#away.toldAt = told ? now : plusMs(now, MAIL_AGAIN_MS - REMIND_MS);
  }

  /** What was told without the database is known to no row: it ends here, with the first canary that comes through. */
  async #backFromAway(row: CanaryRow): Promise<void> {
    const away = this.#away!;
    if (watchCanary({ ...row, alarmAt: away.alarmAt, toldAt: row.now }, this.#ports.periodMs).step !== 'recovered') return;
    this.#away = undefined;
    if (row.alarmId !== null) await this.#ports.endAlarm(row.alarmId);
    await this.#sayRecovered(away, row);
  }

  async #sayRecovered(alarm: { alarmId: string; alarmAt: Instant; tellings: number }, row: CanaryRow): Promise<void> {
    this.#ports.log.info({ alarmId: alarm.alarmId }, 'canaries come through again');
    await this.#tell('well', alarm, row, null);
  }

  /** False when it has to be tried again. */
  async #tell(telling: NoticeTelling, alarm: { alarmId: string; alarmAt: Instant; tellings: number }, row: CanaryRow, plant: PlantNow | null): Promise<boolean> {
    const { mail, log, periodMs } = this.#ports;
    if (mail === null) return true;
    // Each telling is a mail of its own: a mail server that knows an id takes the next one for the same.
    const contactId = `operations-${alarm.tellings}`;
    const { alarmId: noticeId } = alarm;
    try {
      const message = { ...alarmWords({ telling, noticeId, alarmAt: alarm.alarmAt, row, periodMs, plant }), to: mail.to, contactId };
      await (await mail.channel()).send(message, noticeDeliveryKeyOf({ noticeId, telling, channel: 'email', contactId }), AbortSignal.timeout(MAIL_LIMIT_MS));
      log.info({ alarmId: noticeId, telling }, 'operations were told of the canary');
      return true;
    } catch (error) {
      log.error({ alarmId: noticeId, telling, err: error }, 'operations could not be told of the canary by mail');
      return false;
    }
  }
}
