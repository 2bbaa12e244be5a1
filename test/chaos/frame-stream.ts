/** The cameras of the run: what each shows and when, decided by the seed, handed over as a camera service does and remembered with its receipt. */
import { createHash } from 'node:crypto';
import type { Client } from '../../client/client.ts';
import { instantFromDate, plusMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { scriptedPicture } from '../support/scripted-pictures.ts';
import type { Shown } from '../support/scripted-pictures.ts';
import { DEVICES } from './chaos-plant.ts';

export interface SentFrame {
  readonly frameId: string;
  readonly deviceId: string;
  readonly shown: Shown;
  /** Hex. */
  readonly sha256: string;
}

interface PlannedFrame {
  readonly number: number;
  readonly deviceId: string;
  readonly capturedAt: Instant;
  readonly shown: Shown;
}

const SHARE_OF_RUBBISH = 0.03;
/** A visit begins and ends with this chance at each frame: some seconds of somebody, some seconds of nobody. */
const CHANCE_OF_CHANGE = 0.25;
/** Cameras with several uploads under way at once, whose frames overtake each other. The others send in order. */
const hasSeveralUploads = (deviceId: string): boolean => deviceId.endsWith('0');
/** Every so many frames are sent again, as by a camera service that lost its receipt. */
const SENT_TWICE = 20;

export class FrameStream {
  readonly sent: SentFrame[] = [];
  /** Tries that were answered with anything but a receipt. */
  refusals = 0;
  /** Second receipts that named another frame than the first. */
  readonly strangers: string[] = [];
  readonly #apis: readonly Client[];
  readonly #plan: readonly PlannedFrame[];
  readonly #lanes = new Map<string, Promise<void>>();
  readonly #pushes: Promise<void>[] = [];

  constructor(apis: readonly Client[], frames: number, killers: number, seed: number) {
    this.#apis = apis;
    this.#plan = planFrames(frames, killers, seed);
  }

  /** Begins to push the next `count` frames; the cameras wait for nobody but themselves. */
  begin(count: number): void {
    for (const frame of this.#plan.slice(this.#pushes.length, this.#pushes.length + count)) {
      const before = this.#lanes.get(frame.deviceId) ?? Promise.resolve();
      const push = (hasSeveralUploads(frame.deviceId) ? Promise.resolve() : before).then(() => this.#push(frame));
      // Awaited in `end`; until then a failed push must not end the process.
      push.catch(() => {});
      this.#lanes.set(frame.deviceId, push);
      this.#pushes.push(push);
    }
  }

  /** Begins what is left; resolves when every frame has its receipt. */
  async end(): Promise<void> {
    this.begin(this.#plan.length);
    await Promise.all(this.#pushes);
  }

  async #push({ number, deviceId, capturedAt, shown }: PlannedFrame): Promise<void> {
    const bytes = await scriptedPicture(shown, number);
    const frame = { deviceId, capturedAt, bytes, mediaType: 'image/jpeg' } as const;
    const offer = (turn: number) => this.#apis[(number + turn) % this.#apis.length]!.pushFrame(frame, { onRetry: () => { this.refusals += 1; } });
    const { frameId } = await offer(0);
    this.sent.push({ frameId, deviceId, shown, sha256: createHash('sha256').update(bytes).digest('hex') });
    if (number % SENT_TWICE === 0) {
      const again = await offer(1);
      if (again.frameId !== frameId) this.strangers.push(`${frameId} became ${again.frameId} when it was sent again`);
    }
  }
}

function planFrames(frames: number, killers: number, seed: number): PlannedFrame[] {
  const random = seededRandom(seed);
  const rounds = Math.ceil(frames / DEVICES.length);
  // In the past, or the product would take the clocks of the cameras for wrong.
  const startedAt = instantFromDate(new Date(Date.now() - (rounds + 60) * 1000));
  const visited = new Map<string, boolean>();
  const plan = Array.from({ length: frames }, (_, number): PlannedFrame => {
    const { deviceId } = DEVICES[number % DEVICES.length]!;
    if (random() < CHANCE_OF_CHANGE) visited.set(deviceId, !visited.get(deviceId));
    const shown = random() < SHARE_OF_RUBBISH ? 'rubbish' : visited.get(deviceId) ? 'person' : 'nobody';
    return { number, deviceId, capturedAt: plusMs(startedAt, Math.floor(number / DEVICES.length) * 1000 + (number % DEVICES.length) * 10), shown };
  });
  // In the first half, so that they are dealt with in the middle of everything else.
  for (let killer = 0; killer < killers; killer += 1) {
    const at = Math.floor(random() * (frames / 2));
    plan[at] = { ...plan[at]!, shown: 'killer' };
  }
  return plan;
}
