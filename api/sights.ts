/** What rules are held against before they judge a frame: the models that look at frames, and the devices with their zones. */
import { calibrationOf } from '../adapters/detector/calibration.ts';
import { KNOWN_MODELS } from '../adapters/detector/known-models.ts';
import { modelNames } from '../adapters/postgres/devices.ts';
import { modelsOfDevices } from '../adapters/postgres/models.ts';
import { listWorkers } from '../adapters/postgres/plant-status.ts';
import type { Queryable } from '../adapters/postgres/pool.ts';
import type { JudgedDevice } from '../adapters/postgres/rule-sights.ts';
import type { ModelDescription } from '../contracts/model.ts';
import type { DeviceSight, ModelSight, Sights } from '../policies/check/check-rule.ts';

type Seen = Pick<ModelDescription, 'name' | 'version' | 'labels'>;

export interface ModelsInSight {
  /** Every model that a detector at work has or some device names; where no detector is at work, the default one, too. */
  readonly models: readonly ModelSight[];
  /** Names of those that look at the frames of a device that names none. */
  readonly usual: readonly string[];
}

export async function modelsInSight(db: Queryable, defaultModel: Pick<ModelDescription, 'name' | 'labels'>): Promise<ModelsInSight> {
  const [workers, registered, named] = await Promise.all([listWorkers(db), modelsOfDevices(db), modelNames(db)]);
  const atWork = workers.flatMap(({ detector }) => (detector === null ? [] : [detector]));
  const usual = new Set(atWork.length === 0 ? [defaultModel.name] : atWork.map(({ name }) => name));
  const seen: Seen[] = [...atWork, ...registered, ...KNOWN_MODELS.filter(({ name }) => named.includes(name) || (atWork.length === 0 && usual.has(name)))];
  if (!seen.some(({ name }) => usual.has(name))) seen.push({ ...defaultModel, version: '' });
  const names = new Set(seen.map(({ name }) => name));
  return { models: [...names].map((name) => sightOf(name, seen.filter((version) => version.name === name))), usual: [...usual] };
}

/** Versions of one model as one: which of them looks at a device changes without a word to its rules. */
function sightOf(name: string, versions: readonly Seen[]): ModelSight {
  const probabilities = versions.map((version) => calibrationOf(version).toProbability);
  return {
    name,
    labels: [...new Set(versions.flatMap(({ labels }) => labels))],
    highest: (label) => Math.max(...probabilities.map((toProbability) => toProbability(1, label))),
  };
}

export const sightsOf = ({ models, usual }: ModelsInSight, devices: readonly JudgedDevice[]): Sights =>
  ({ models, devices: devices.flatMap(({ model, ...device }): DeviceSight[] => (model === null ? usual : [model]).map((name) => ({ ...device, model: name }))) });
