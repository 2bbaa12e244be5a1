/** Opens the detectors of this process and says, wherever anybody looks, which one it uses for devices that name none. */
import type { Detector, Detectors } from '../activities/ports/detector.ts';
import { DetectorsByModel } from '../adapters/detector/detectors.ts';
import { KNOWN_MODELS } from '../adapters/detector/known-models.ts';
import { openModel } from '../adapters/detector/open-model.ts';
import { openDetector } from '../adapters/detector/registry.ts';
import { decodeHere } from '../adapters/images/model-input.ts';
import type { DecodeForModel } from '../adapters/images/model-input.ts';
import { weightsPath } from '../adapters/model-store/disk.ts';
import { findModel } from '../adapters/postgres/models.ts';
import type { DetectorInUse } from '../adapters/postgres/workers.ts';
import { Failure } from '../contracts/failures.ts';
import type { ModelDescription } from '../contracts/model.ts';
import { resolveAsset } from '../scripts/provision/assets.mjs';
import type { Dependencies } from './dependencies.ts';

/** Opens a detector with that many threads. */
export type OpenDetector = (threads: number) => Promise<Detector>;

export interface DetectorsInUse {
  readonly detectors: Detectors;
  /** For devices that name no model. */
  readonly inUse: DetectorInUse;
}

export interface HowToDetect {
  readonly threads: number;
  /** On the spot when left out. */
  readonly decode?: DecodeForModel;
  /** Around every detector that is opened. */
  readonly watch?: (detector: Detector) => Detector;
}

/** What is registered under a name is looked up again this long after: a new version is in use within seconds, without a statement for every frame. */
const KNOWN_FOR_MS = 5_000;

export async function openDetectors(deps: Dependencies, { threads, decode = decodeHere, watch = (detector) => detector }: HowToDetect): Promise<DetectorsInUse> {
  const { detector, inUse } = await openStandard(deps, { threads, decode });
  const { home, tfjsBackend } = deps.settings;
  const pool = await deps.pool();
  const detectors = new DetectorsByModel({
    standard: watch(detector),
    find: remembered(async (name) => knownModel(name) ?? findModel(pool, name)),
    open: async (model) => watch(await openModel(model, requirePath(model, home), { threads, decode, tfjsBackend })),
  });
  deps.onClose(() => detectors.close());
  return { detectors, inUse };
}

async function openStandard({ settings, log, onClose, openDetector: given }: Dependencies, how: { threads: number; decode: DecodeForModel }): Promise<{ detector: Detector; inUse: DetectorInUse }> {
  if (given) {
    const detector = await given(how.threads);
    onClose(() => detector.close());
    return { detector, inUse: { ...detector.identity, labels: detector.labels, fallback: null } };
  }
  const { detector: wanted, tfjsBackend } = settings;
  const { detector, fallback } = await openDetector({
    ...(wanted === 'auto' ? {} : { preferred: wanted }), ...how, tfjsBackend,
    resolve: async (name) => resolveAsset(name)?.path,
  });
  onClose(() => detector.close());
  // `auto` may fall back, loudly; who names a detector would rather have no answer than that of another one.
  if (wanted !== 'auto' && fallback) throw new Failure('detector_unavailable', fallback);
  if (fallback) log.warn({ detector: detector.identity, fallback }, 'FALLBACK DETECTOR IN USE');
  else log.info({ detector: detector.identity }, 'detector in use');
  return { detector, inUse: { ...detector.identity, labels: detector.labels, fallback: fallback ?? null } };
}

/** One name may stand for several files of the same weights: the first that this machine has. */
function knownModel(name: string): ModelDescription | undefined {
  const known = KNOWN_MODELS.filter((model) => model.name === name);
  return known.find(({ asset }) => resolveAsset(asset) !== undefined) ?? known[0];
}

function requirePath({ sha256 }: ModelDescription, home: string): string {
  const asset = KNOWN_MODELS.find((model) => model.sha256 === sha256)?.asset;
  if (asset === undefined) return weightsPath(home, sha256);
  const path = resolveAsset(asset)?.path;
  if (path === undefined) throw new Failure('detector_unavailable', `this machine does not have ${asset}: \`watchpost assets pull ${asset}\``);
  return path;
}

/** An answer that failed is not kept. */
function remembered<T>(lookUp: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const known = new Map<string, { answer: Promise<T>; untilMs: number }>();
  return (name) => {
    const kept = known.get(name);
    if (kept && Date.now() < kept.untilMs) return kept.answer;
    const answer = lookUp(name);
    known.set(name, { answer, untilMs: Date.now() + KNOWN_FOR_MS });
    answer.catch(() => known.delete(name));
    return answer;
  };
}
