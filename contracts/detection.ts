/** What a detector saw in one frame. */

/** [x, y, width, height] in pixels of the upright original, so that it fits the picture a person sees, whatever size the model was fed. */
export type Box = readonly [x: number, y: number, width: number, height: number];

export interface Detection {
  /** A class name of the model's label list, lower case as the list has it. */
  readonly label: string;
  /** The model's own number, 0..1. Comparable within one model version only. */
  readonly score: number;
  /** `score` after calibration, 0..1: of all objects said at 0.8, eight in ten are there. Rules compare this. */
  readonly probability: number;
  readonly box: Box;
}

/** The label beside a box: `person 87 %`. Cut, not rounded, so that no percentage is claimed that was not reached; 0.29 times 100 is a little under 29. */
export const boxText = ({ label, probability }: Pick<Detection, 'label' | 'probability'>): string => `${label} ${Math.floor(probability * 100 + 1e-9)} %`;

/** Which model said it: everything needed to have it say the same again. */
export interface ModelIdentity {
  readonly name: string;
  readonly version: string;
  /** Of the weights, hex. */
  readonly sha256: string;
  /** What runs it, such as `onnxruntime-node` or `tfjs-wasm`. */
  readonly runtime: string;
  /** Name of the score-to-probability table; `none` says that probability is the raw score. */
  readonly calibration: string;
}

export interface DetectionSet {
  /** Size in pixels of the upright original that the boxes refer to. */
  readonly width: number;
  readonly height: number;
  readonly model: ModelIdentity;
  /** Highest probability first. */
  readonly detections: readonly Detection[];
}
