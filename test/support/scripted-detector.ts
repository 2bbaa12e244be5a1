/** A detector that sees what its picture says (scripted-pictures.ts), as slowly as it is told, without using a core for it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Detector } from '../../activities/ports/detector.ts';
import type { OpenDetector } from '../../workers/detector.ts';
import { shownIn } from './scripted-pictures.ts';

const IDENTITY = { name: 'scripted', version: '1', sha256: '0'.repeat(64), runtime: 'test', calibration: 'none' };

/** `frameMs`: how long a thread is busy with a frame. As many frames at once as there are threads; others wait, as they would for a model. */
export function scriptedDetector(frameMs: number): OpenDetector {
  return async (threads): Promise<Detector> => {
    const turns = new Turns(threads);
    return {
      identity: IDENTITY,
      labels: ['person'],
      detect: (picture, { width, height }) => turns.take(async () => {
        const shown = await shownIn(await picture.jpeg());
        // No goodbye of any kind, as when a native library runs into its own fault.
        if (shown === 'killer') process.kill(process.pid, 'SIGKILL');
        await sleep(frameMs);
        const person = { label: 'person', score: 0.9, probability: 0.9, box: [0, 0, width / 4, height / 4] as const };
        return { width, height, model: IDENTITY, detections: shown === 'person' ? [person] : [] };
      }),
      close: async () => {},
    };
  };
}

/** Lets so many work at once and the others wait in order. */
class Turns {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((turn) => { this.#waiting.push(turn); });
    else this.#free -= 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
