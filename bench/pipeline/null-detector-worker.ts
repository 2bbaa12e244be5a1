/** A worker of the product whose detector answers "nothing" without looking. */
import type { Detector } from '../../activities/ports/detector.ts';
import { runWorker } from '../../cli/commands/worker.ts';
import { loadSettings } from '../../config/load.ts';
import { isStageName } from '../../contracts/stages.ts';

const NULL_DETECTOR: Detector = {
  identity: { name: 'null', version: '1', sha256: '', runtime: 'none', calibration: 'none' },
  labels: [],
  detect: async (_jpeg, { width, height }) => ({ width, height, model: NULL_DETECTOR.identity, detections: [] }),
  close: async () => {},
};

export const runNullDetectorWorker = (stages: readonly string[]): Promise<number> =>
  runWorker(stages.filter(isStageName), { settings: () => loadSettings() }, { openDetector: async () => NULL_DETECTOR });
