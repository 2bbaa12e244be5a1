/** Opens the detector of a process on a machine that may not have the weights of all that we know. */
import type { Detector } from '../../activities/ports/detector.ts';
import { Failure } from '../../contracts/failures.ts';
import { decodeHere } from '../images/model-input.ts';
import type { InferenceOptions } from './inference.ts';
import { KNOWN_MODELS } from './known-models.ts';
import { openModel } from './open-model.ts';
import type { TfjsBackendChoice } from './tfjs/backend-choice.ts';

export const DETECTOR_NAMES: readonly string[] = [...new Set(KNOWN_MODELS.map(({ name }) => name))];

/** What is taken where nobody named a detector, the best one first: one that is measured to be good on people, and one that can be had from a package registry. */
const BY_THEMSELVES: readonly string[] = ['yolox-nano', 'coco-ssd'];

export interface OpenDetectorOptions {
  /** One of `DETECTOR_NAMES`; the best one when left out. */
  readonly preferred?: string;
  /** Path of an asset, or undefined when this machine does not have it and cannot get it. */
  readonly resolve: (assetName: string) => Promise<string | undefined>;
  readonly threads: number;
  /** On the spot when left out. */
  readonly decode?: InferenceOptions['decode'];
  /** For detectors on TensorFlow.js; `auto` when left out. */
  readonly tfjsBackend?: TfjsBackendChoice;
}

export interface OpenedDetector {
  readonly detector: Detector;
  /** A sentence for people when it is not the one that was wanted; callers must not keep it to themselves. */
  readonly fallback: string | undefined;
}

/** Throws `Failure`: setting_invalid for a name that we do not know, detector_unavailable with all reasons when none can be opened. */
export async function openDetector({ preferred = 'yolox-nano', resolve, threads, decode = decodeHere, tfjsBackend = 'auto' }: OpenDetectorOptions): Promise<OpenedDetector> {
  if (!DETECTOR_NAMES.includes(preferred)) throw new Failure('setting_invalid', `no detector is called ${preferred}; there are ${DETECTOR_NAMES.join(', ')}`);
  const reasons: string[] = [];
  for (const model of [preferred, ...BY_THEMSELVES.filter((name) => name !== preferred)].flatMap((wanted) => KNOWN_MODELS.filter(({ name }) => name === wanted))) {
    try {
      const path = await resolve(model.asset);
      if (path === undefined) throw new Error('not found');
      const detector = await openModel(model, path, { threads, decode, tfjsBackend });
      const { name, version, runtime } = detector.identity;
      const fallback = reasons.length > 0 ? `${name} ${version} on ${runtime} is used in place of ${preferred}: ${reasons.join('; ')}` : undefined;
      return { detector, fallback };
    } catch (error) {
      reasons.push(`${model.asset}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Failure('detector_unavailable', reasons.join('; '));
}
