/** Does one thing over and over in this process, so many at once, and measures rate and CPU of it. */
import { interruptSignal } from '../interrupt.ts';

export interface LoopFigures {
  readonly seconds: number;
  readonly frames: number;
  readonly framesPerSecond: number;
  readonly cpuMsPerFrame: number;
}

export interface WorkLoop {
  readonly jpegs: readonly Buffer[];
  readonly seconds: number;
  readonly atOnce: number;
  readonly work: (jpeg: Buffer) => Promise<unknown>;
}

/** Code and caches get warm, memory gets its size. */
const WARM_UP_SECONDS = 2;

export async function workLoop(loop: WorkLoop): Promise<LoopFigures> {
  await runFor(WARM_UP_SECONDS, loop);
  const [startedAt, cpuAtStart] = [performance.now(), process.cpuUsage()];
  const frames = await runFor(loop.seconds, loop);
  const { user, system } = process.cpuUsage(cpuAtStart);
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, frames, framesPerSecond: frames / seconds, cpuMsPerFrame: (user + system) / 1000 / frames };
}

async function runFor(seconds: number, { jpegs, atOnce, work }: WorkLoop): Promise<number> {
  const endsAt = performance.now() + seconds * 1000;
  let frames = 0;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (performance.now() < endsAt) {
      interruptSignal.throwIfAborted();
      await work(jpegs[frames++ % jpegs.length]!);
    }
  }));
  return frames;
}
