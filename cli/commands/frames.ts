/** `watchpost frames`: hand over pictures and clips, and see what became of a frame or which were refused. */
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Instant } from '../../contracts/time.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { describeFrame } from '../frame-page.ts';
import { describePushed, openFootage, pushFootage } from '../push-footage.ts';
import { readInstant } from '../read-instant.ts';
import { addRefused } from './frames-refused.ts';

interface PushOptions extends ApiOptions {
  readonly device: string;
  readonly capturedAt?: Instant;
  readonly fps?: number;
}

/** Two a second shows every person who walks through a picture, at a fifth of what a camera makes. */
const DEFAULT_FPS = 2;
const MAX_FPS = 120;

export function addFrames(program: Command, context: Context): void {
  const frames = program.command('frames').description('frames: hand them over, see what became of them');

  withApiOptions(frames.command('push').argument('<source>', 'a picture, a folder of pictures, or a clip'))
    .description('hand over frames, each until it is accepted')
    .requiredOption('--device <id>', 'the camera')
    .option('--captured-at <time>', 'RFC 3339: when the first picture was taken; left out: so that the last one is of now', readInstant)
    .option('--fps <n>', `frames per second of a clip or folder; left out: ${DEFAULT_FPS}`, readFps)
    .action((source: string, options: PushOptions) => withClient(options, context, async (client) => {
      const { device: deviceId, capturedAt, fps = DEFAULT_FPS } = options;
      const footage = await openFootage(source, { fps, env: context.env });
      const pushed = await pushFootage(client, footage, { deviceId, firstCapturedAt: capturedAt, fps, context });
      answer(context, pushed, () => describePushed(pushed));
      context.exitCode = pushed.refused.length === 0 ? 0 : 1;
    }));

  withApiOptions(frames.command('show').argument('<id>', 'the frame'))
    .description('what is known of a frame: state, stages, batch, detections, verdicts, incidents')
    .action((frameId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      const frame = await client.frame(frameId);
      answer(context, frame, () => describeFrame(frame));
    }));

  addRefused(frames, context);
}

function readFps(text: string): number {
  const fps = Number(text);
  if (fps > 0 && fps <= MAX_FPS) return fps;
  throw new InvalidArgumentError(`must be a number above 0, at most ${MAX_FPS}`);
}
