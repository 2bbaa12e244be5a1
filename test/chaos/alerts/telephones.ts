/** The telephones of all households, and the network that says what became of texts and calls: people answer there as the plan has it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CALLBACK_PATHS } from '../../../adapters/channels/twilio/callback-urls.ts';
import { deliveryPartsOf } from '../../../contracts/delivery.ts';
import type { Person, PlacedCall, SentText } from '../../adapters/channels/twilio/twilio-peer.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import type { AlertPlant } from './alert-plant.ts';
import { PUBLIC_URL } from './alert-plant.ts';
import type { PlannedAnswer } from './households.ts';
import { databaseNow } from './people.ts';
import type { Answered } from './people.ts';

const LOOK_MS = 100;
const REPLIES_GO_TO = PUBLIC_URL + CALLBACK_PATHS.reply;
/** Whoever gets no confirmation writes once more; then it is left. */
const REPLY_TRIES = 5;
/** How a call ends at which no key is pressed. */
const ENDINGS: readonly Person['ending'][] = [undefined, 'busy', 'no-answer'];

export class Telephones {
  readonly answers: Answered[] = [];
  /** Callbacks that nobody took. */
  lostCallbacks = 0;
  readonly #plant: AlertPlant;
  readonly #answerOf: ReadonlyMap<string, PlannedAnswer>;
  readonly #random: () => number;
  readonly #rings = new Map<string, number>();
  readonly #replied = new Set<string>();
  readonly #under = new Set<Promise<void>>();
  #texts = 0;
  #calls = 0;
  #ended = false;
  #looking: Promise<void>;

  constructor(plant: AlertPlant, seed: number) {
    this.#plant = plant;
    this.#random = seededRandom(seed + 1);
    this.#answerOf = new Map(plant.households.flatMap(({ contacts, visits }) => contacts.flatMap(({ address, channel }) =>
      visits.flatMap(({ answer }) => (answer?.way === channel ? [[address, answer] as const] : [])))));
    this.#looking = this.#look();
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#looking;
    await Promise.all(this.#under);
  }

  async #look(): Promise<void> {
    const { texts, calls } = this.#plant.twilio;
    while (!this.#ended) {
      for (; this.#texts < texts.length; this.#texts += 1) this.#do(this.#arrive(texts[this.#texts]!));
      for (; this.#calls < calls.length; this.#calls += 1) this.#do(this.#ring(calls[this.#calls]!, ENDINGS[Math.floor(this.#random() * ENDINGS.length)]));
      await sleep(LOOK_MS);
    }
  }

  #do(work: Promise<void>): void {
    const under = work.catch(() => { this.lostCallbacks += 1; }).finally(() => this.#under.delete(under));
    this.#under.add(under);
  }

  async #arrive(text: SentText): Promise<void> {
    for (const status of ['sent', 'delivered']) {
      if ((await this.#plant.twilio.report(text, status).catch(() => 0)) !== 204) this.lostCallbacks += 1;
    }
    const answer = this.#answerOf.get(text.to);
    if (answer === undefined || this.#replied.has(text.to)) return;
    this.#replied.add(text.to);
    await sleep(answer.afterMs);
    for (let tries = 0; tries < REPLY_TRIES; tries += 1) {
      const { texts } = await this.#plant.twilio.reply(REPLIES_GO_TO, text.to, answer.kind === 'acknowledge' ? '1' : '2').catch(() => ({ texts: [] }));
      if (texts.length > 0) return this.#noteAnswer(texts, text.deliveryKey, 'sms');
      await sleep(1_000);
    }
  }

  async #ring(call: PlacedCall, ending: Person['ending']): Promise<void> {
    const ring = this.#rings.get(call.to) ?? 0;
    this.#rings.set(call.to, ring + 1);
    const answer = this.#answerOf.get(call.to);
    const presses = answer !== undefined && ring >= answer.ring;
    const { said, reported } = await this.#plant.twilio.play(call, presses ? { presses: [answer.kind === 'acknowledge' ? '4' : '6'] } : ending === undefined ? {} : { ending });
    this.lostCallbacks += Object.values(reported).filter((status) => status !== 204).length;
    if (presses) await this.#noteAnswer(said, call.deliveryKey, 'call');
  }

  /** What was heard says whether it counts. */
  async #noteAnswer(heard: readonly string[], deliveryKey: string | null, way: 'sms' | 'call'): Promise<void> {
    const about = deliveryPartsOf(deliveryKey ?? '');
    if (about !== undefined && heard.some((line) => line.startsWith('Noted: '))) this.answers.push({ incidentId: about.incidentId, way, atMs: await databaseNow(this.#plant) });
  }
}
