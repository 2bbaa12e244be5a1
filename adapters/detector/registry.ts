/** The detectors that we know, in order of worth, and how one of them is opened on a machine that may not have all of their files. */
import type { Detector } from '../../activities/ports/detector.ts';
import { Failure } from '../../contracts/failures.ts';
import { decodeHere } from '../images/model-input.ts';
import type { InferenceOptions } from './inference.ts';
import { openYolox } from './onnx/yolox-detector.ts';
import { openCocoSsd } from './tfjs/coco-ssd-detector.ts';

interface KnownDetector {
  readonly name: string;
  /** Name of the file or folder in the assets manifest. */
  readonly asset: string;
  readonly open: (path: string, how: InferenceOptions) => Promise<Detector>;
}

/** `version` names weights and input size: either changes what is said of a picture. */
const KNOWN_DETECTORS: readonly KnownDetector[] = [
  {
    name: 'yolox-nano',
    asset: 'yolox_nano_dynamic.onnx',
    open: (modelFile, how) => openYolox({ modelFile, name: 'yolox-nano', version: '0.1.1-640x384', ...how }),
  },
  {
    name: 'yolox-nano',
    asset: 'yolox_nano.onnx',
    open: (modelFile, how) => openYolox({ modelFile, name: 'yolox-nano', version: '0.1.1-416x416', fixedSidePixels: 416, ...how }),
  },
  {
    name: 'coco-ssd',
    asset: 'coco-ssd',
    open: (modelFolder, how) => openCocoSsd({ modelFolder, name: 'coco-ssd', version: 'ssdlite-mobilenet-v2-300x300', ...how }),
  },
];

export const DETECTOR_NAMES: readonly string[] = [...new Set(KNOWN_DETECTORS.map(({ name }) => name))];

export interface OpenDetectorOptions {
  /** One of `DETECTOR_NAMES`; the best one when left out. */
  readonly preferred?: string;
  /** Path of an asset, or undefined when this machine does not have it and cannot get it. */
  readonly resolve: (assetName: string) => Promise<string | undefined>;
  readonly threads: number;
  /** On the spot when left out. */
  readonly decode?: InferenceOptions['decode'];
}

export interface OpenedDetector {
  readonly detector: Detector;
  /** A sentence for people when it is not the one that was wanted; callers must not keep it to themselves. */
  readonly fallback: string | undefined;
}

/** Throws `Failure`: setting_invalid for a name that we do not know, detector_unavailable with all reasons when none can be opened. */
export async function openDetector({ preferred = 'yolox-nano', resolve, threads, decode = decodeHere }: OpenDetectorOptions): Promise<OpenedDetector> {
  if (!DETECTOR_NAMES.includes(preferred)) throw new Failure('setting_invalid', `no detector is called ${preferred}; there are ${DETECTOR_NAMES.join(', ')}`);
  const inOrder = [...KNOWN_DETECTORS].sort((a, b) => Number(b.name === preferred) - Number(a.name === preferred));
  const reasons: string[] = [];
  for (const { asset, open } of inOrder) {
    try {
      const path = await resolve(asset);
      if (path === undefined) throw new Error('not found');
      const detector = await open(path, { threads, decode });
      const { name, version, runtime } = detector.identity;
      const fallback = reasons.length > 0 ? `${name} ${version} on ${runtime} is used in place of ${preferred}: ${reasons.join('; ')}` : undefined;
      return { detector, fallback };
    } catch (error) {
      reasons.push(`${asset}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Failure('detector_unavailable', reasons.join('; '));
}
