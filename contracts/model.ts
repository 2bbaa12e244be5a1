/** A model: weights, and all that has to be known to feed them and to read their answer. */

/**
 * How a network's output is read; decides what kinds of file can be registered.
 * `yolox`: raw grid of strides 8, 16, 32. `detr`: rows of label, box and score, as DEIM, D-FINE and RT-DETR export them.
 * `picodet`: class maps and binned box maps of strides 8, 16, 32, 64. `coco-ssd`: TensorFlow.js graph, part of the product only.
 */
export const MODEL_HEADS = ['yolox', 'detr', 'picodet', 'coco-ssd'] as const;
export type ModelHead = (typeof MODEL_HEADS)[number];

/** Heads of ONNX files, which users may register. */
export const ONNX_HEADS = ['yolox', 'detr', 'picodet'] as const satisfies readonly ModelHead[];
export type OnnxHead = (typeof ONNX_HEADS)[number];

/**
 * How a picture becomes the network's input; pixels.
 * `within`: scaled to fit, never enlarged, input cut to what that leaves; for networks that take any multiple of 32.
 * `letterbox`: scaled to fit a square, never enlarged, the rest padded. `stretch`: to a square, whatever its shape.
 */
export type InputRule =
  | { readonly kind: 'within'; readonly longSidePixels: number; readonly shortSidePixels: number }
  | { readonly kind: 'letterbox' | 'stretch'; readonly sidePixels: number };

export interface ModelDescription {
  /** What a device names. */
  readonly name: string;
  /** Names weights and input: either changes what is said of a picture. Never given twice. */
  readonly version: string;
  readonly head: ModelHead;
  /** SHA-256 of the weights, hex. */
  readonly sha256: string;
  /** Class names in the order in which the network numbers them, lower case. */
  readonly labels: readonly string[];
  /** SPDX name, or a sentence. */
  readonly licence: string;
  readonly input: InputRule;
  readonly thresholds: {
    /** Score below which nothing is kept. */
    readonly floor: number;
    /** Score at which precision and recall are in balance: what to begin with when looking at raw scores. */
    readonly usual: number;
  };
}
