/** The frames of the bench: one camera at five frames a second, its objects walking, most of them people and vehicles. */
import { COCO_LABELS } from '../../adapters/detector/labels.ts';
import type { Detection } from '../../contracts/detection.ts';
import { parseInstant, plusMs } from '../../contracts/time.ts';
import type { FrameToJudge } from '../../policies/evaluate.ts';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { pick, weighted } from './random.ts';

/** Long enough that things come, stay and go; the memory starts anew after the last. */
const FRAMES = 300;
const FRAME_MS = 200;
const [WIDTH, HEIGHT] = [1280, 720];
/** A step in pixels between two frames, and how many of the objects are exchanged for others in one. */
const STEP = 12;
const EXCHANGED = 0.02;

const SEEN: readonly (readonly [weight: number, names: readonly string[]])[] = [
  [45, ['person']],
  [35, ['car', 'truck', 'bus', 'bicycle']],
  [20, COCO_LABELS],
];

export function streamOf(detectionsPerFrame: number): FrameToJudge[] {
  const random = seededRandom(detectionsPerFrame);
  const appear = (): Detection => ({
    label: pick(random, weighted(random, SEEN)), score: 0.5, probability: 0.3 + 0.7 * random(),
    box: [random() * (WIDTH - 200), random() * (HEIGHT - 300), 40 + random() * 160, 60 + random() * 240],
  });
  const within = (at: number, most: number): number => Math.min(most, Math.max(0, at + (random() - 0.5) * STEP));
  const walk = (detection: Detection): Detection => {
    if (random() < EXCHANGED) return appear();
    const [x, y, width, height] = detection.box;
    return { ...detection, probability: Math.min(1, Math.max(0.3, detection.probability + (random() - 0.5) * 0.1)), box: [within(x, WIDTH - width), within(y, HEIGHT - height), width, height] };
  };
  const start = parseInstant('2026-11-21T20:59:30Z');
  let detections = Array.from({ length: detectionsPerFrame }, appear);
  return Array.from({ length: FRAMES }, (_, n) => {
    detections = detections.map(walk);
    return { detections, width: WIDTH, height: HEIGHT, capturedAt: plusMs(start, n * FRAME_MS), late: false };
  });
}
