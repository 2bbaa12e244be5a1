/** Settings of detectors: which model looks at frames, on what it runs, and what may be registered. Part of the table in `settings.ts`. */
import { choice, wholeNumber } from './kinds.ts';
import type { Setting } from './kinds.ts';

export const DETECTOR_CHOICES = ['auto', 'yolox-nano', 'deimv2-femto', 'picodet-s', 'coco-ssd'] as const;
export const TFJS_BACKENDS = ['auto', 'node', 'wasm'] as const;

export const DETECTOR_SETTINGS = {
  detector: choice({
    variable: 'WATCHPOST_DETECTOR',
    choices: DETECTOR_CHOICES,
    defaultValue: 'auto',
    meaning: 'The detector for devices that name no model; `auto` takes YOLOX-Nano, or says loudly that it fell back to coco-ssd where the weights cannot be had.',
    reason: 'A named detector that cannot be loaded is an error, never a silent change of model.',
  }),
  maxModelBytes: wholeNumber({
    variable: 'WATCHPOST_MAX_MODEL_BYTES',
    min: 1_024,
    max: 4 * 1024 * 1024 * 1024,
    defaultValue: 512 * 1024 * 1024,
    meaning: 'The largest file of weights that may be registered; a larger one is answered 413.',
    reason: 'Detectors that a processor can run in real time have 4 to 100 MB. They are streamed to the disk, never held in memory.',
  }),
  detectorThreads: wholeNumber({
    variable: 'WATCHPOST_DETECTOR_THREADS',
    min: 1,
    max: 64,
    defaultValue: 2,
    meaning: 'Threads of a detect worker that infer side by side, for each of its models.',
    reason: 'Each holds a model of its own, 150 to 250 MB. More threads than cores only make every frame slower.',
  }),
  tfjsBackend: choice({
    variable: 'WATCHPOST_TFJS_BACKEND',
    choices: TFJS_BACKENDS,
    defaultValue: 'auto',
    meaning: 'What coco-ssd runs on: native TensorFlow (`node`), WebAssembly (`wasm`); `auto` takes native where `npm run setup:tfjs-node` has built it.',
    reason: 'Both see the same; what native costs and saves stands in [operations.md](operations.md#coco-ssd-on-native-tensorflow). One that is named, or built, and does not load is an error, never a silent change of runtime.',
  }),
} as const satisfies Record<string, Setting<unknown>>;
