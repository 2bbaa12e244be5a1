/** Lets people walk past cameras: one visit after the other, and what comes of it later. */
import type { Pool } from '../../../adapters/postgres/pool.ts';
import { until } from '../../support/plant.ts';
import { scriptedPicture } from '../../support/scripted-pictures.ts';
import type { AlertPlant } from './alert-plant.ts';
import type { Household, Visit } from './households.ts';
import { rule, ruleOf } from './move-in.ts';
import { answerVisit } from './people.ts';
import type { Answered } from './people.ts';

const AN_HOUR_MS = 3_600_000;
/** All faults together and every deadline that they cost: what has not come by then does not come. */
const PATIENCE_MS = 600_000;

export class Visits {
  readonly answers: Answered[] = [];
  readonly #plant: AlertPlant;
  readonly #waiting: (readonly [Household, Visit])[];
  readonly #under: Promise<void>[] = [];
  #pictures = 0;

  constructor(plant: AlertPlant) {
    this.#plant = plant;
    this.#waiting = plant.households.flatMap((household) => household.visits.map((visit) => [household, visit] as const));
  }

  /** The next so many, in order. */
  begin(count: number): void {
    for (const [household, visit] of this.#waiting.splice(0, count)) {
      const visiting = this.#visit(household, visit);
      // Told by `end`.
      visiting.catch(() => {});
      this.#under.push(visiting);
    }
  }

  /** Begins what is left; resolves when everybody has come and everybody who meant to has answered. */
  async end(): Promise<void> {
    this.begin(this.#waiting.length);
    await Promise.all(this.#under);
  }

  async #visit(household: Household, visit: Visit): Promise<void> {
    await this.#walkPast(visit, visit.old ? AN_HOUR_MS : 0);
    const { pool } = this.#plant;
    await until(`an incident of ${visit.deviceId}`, async () => (await stateOf(pool, visit.deviceId)) !== undefined, PATIENCE_MS);
    const answering = answerVisit(this.#plant, household, visit).then((answered) => { if (answered !== null) this.answers.push(answered); });
    if (visit.again === 'worsens') {
      await until(`${household.userId} to be told`, async () => (await stateOf(pool, visit.deviceId))?.told === true, PATIENCE_MS);
      await until(`the rule of ${household.userId} to be changed`, async () => this.#plant.call('PUT', `/v1/rules/${ruleOf(household.userId)}`, { rule: ruleOf(household.userId), ...rule('critical') }));
      await this.#walkPast(visit, 0);
    }
    await answering;
    if (visit.again === 'returns') {
      await until(`the incident of ${visit.deviceId} to be closed`, async () => (await stateOf(pool, visit.deviceId))?.state === 'closed', PATIENCE_MS);
      await this.#walkPast(visit, 0);
    }
  }

  async #walkPast({ deviceId }: Visit, agoMs: number): Promise<void> {
    this.#pictures += 1;
    const bytes = await scriptedPicture('person', this.#pictures);
    await this.#plant.api.pushFrame({ deviceId, capturedAt: new Date(Date.now() - agoMs).toISOString(), bytes, mediaType: 'image/jpeg' });
  }
}

async function stateOf(pool: Pool, deviceId: string): Promise<{ state: string; told: boolean } | undefined> {
  const { rows: [row] } = await pool.query<{ state: string; told: boolean }>('SELECT state, told_at IS NOT NULL AS told FROM incidents WHERE device_id = $1 ORDER BY opened_at DESC LIMIT 1', [deviceId]);
  return row;
}
