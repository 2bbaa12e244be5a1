/** The models that come with the product, in order of worth. Their weights are assets (`assets/manifest.json`), which a machine may or may not have. */
import type { InputRule, ModelDescription } from '../../contracts/model.ts';
import { COCO_LABELS } from './labels.ts';

export interface KnownModel extends ModelDescription {
  /** Name of the file or folder in the assets manifest. */
  readonly asset: string;
}

/**
 * Rules may compare any threshold from 10 % up and stored frames can be judged again by other rules. Below that proposals double (counted down
 * to 0.03) and one in twenty is right.
 */
const SCORE_FLOOR = 0.1;

/**
 * 512 x 384 for 4:3, 640 x 384 for 16:9. Measured at a score of 0.45 against a square of 416, of 1.1 times its area for 4:3 and 1.4 times for 16:9: courtyard clip
 * 81 of 83 people with 4 to 7 false instead of 80 with 13, thirty COCO pictures 34 of 75 instead of 31. The square is better on a few large
 * animals and on grey blurred cars; people are what most rules are about.
 */
const WIDE: InputRule = { kind: 'within', longSidePixels: 640, shortSidePixels: 384 };

const yoloxNano = { name: 'yolox-nano', head: 'yolox', labels: COCO_LABELS, licence: 'Apache-2.0', thresholds: { floor: SCORE_FLOOR, usual: 0.45 } } as const;

export const KNOWN_MODELS: readonly KnownModel[] = [
  {
    ...yoloxNano,
    version: '0.1.1-640x384',
    asset: 'yolox_nano_dynamic.onnx',
    sha256: 'e12bf8ba054efc29a5bef65a4462152b1236cd96b9cab942910abecfdff8e177',
    input: WIDE,
  },
  {
    ...yoloxNano,
    version: '0.1.1-416x416',
    asset: 'yolox_nano.onnx',
    sha256: '695e750a5d5754bb5a8d5325643b59282191a7e7a564e435a415fd3c578eab14',
    input: { kind: 'letterbox', sidePixels: 416 },
  },
  {
    // No false person on the courtyard clip, but a third slower, and it misses more people in the dark.
    name: 'deimv2-femto',
    version: '2025.10-416x416',
    head: 'detr',
    asset: 'deimv2_femto_416.onnx',
    sha256: 'c6ad358f750132b891165e034c2ba507abefc5ebe1c1d2732a0acbcacc47e52c',
    labels: COCO_LABELS,
    licence: 'Apache-2.0 in its repositories; one vendor calls it "research only": have it checked before you rely on it',
    input: { kind: 'stretch', sidePixels: 416 },
    thresholds: { floor: SCORE_FLOOR, usual: 0.42 },
  },
  {
    name: 'picodet-s',
    version: '2021.12-416x416',
    head: 'picodet',
    asset: 'picodet_s_416.onnx',
    sha256: 'cdab77bdde16e4f76bec734c4e5791801d1739e4c7ec1995e0e110e04300d0c2',
    labels: COCO_LABELS,
    licence: 'Apache-2.0',
    input: { kind: 'stretch', sidePixels: 416 },
    thresholds: { floor: SCORE_FLOOR, usual: 0.42 },
  },
  {
    // Slower and worse on small people, but its weights come from a package registry.
    name: 'coco-ssd',
    version: 'ssdlite-mobilenet-v2-300x300',
    head: 'coco-ssd',
    asset: 'coco-ssd',
    sha256: 'e4c4630c49e56315edd363631f5eccd51f18bc2b39c0412ee85d2711d5f036a8',
    labels: COCO_LABELS,
    licence: 'Apache-2.0',
    // Trained on pictures stretched to this square, whatever their shape.
    input: { kind: 'stretch', sidePixels: 300 },
    thresholds: { floor: SCORE_FLOOR, usual: 0.35 },
  },
];
