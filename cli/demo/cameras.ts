/** The cameras of the demo: each plays its clip at the speed of life and hands over every frame as a camera service does. */
import { setTimeout as sleep } from 'node:timers/promises';
import { clipFrames } from '../../adapters/ffmpeg/clip-frames.ts';
import type { Receipt } from '../../api/shapes/frames.ts';
import type { Client } from '../../client/client.ts';
import { instantFromDate } from '../../contracts/time.ts';
import type { DemoCamera } from './scene.ts';

export interface Play {
  /** Path of the ffmpeg executable. */
  readonly ffmpeg: string;
  /** Frames a second, of each camera. */
  readonly fps: number;
  readonly framesPerCamera: number;
  readonly signal: AbortSignal;
  readonly onAccepted: (receipt: Receipt) => void;
}

/** Resolves when every frame of every camera is accepted. One camera that fails ends the others. */
export async function playCameras(client: Client, cameras: readonly DemoCamera[], play: Play): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([play.signal, failed.signal]);
  const playing = cameras.map(async (camera, index) => {
    try {
      // Cameras do not tick together; spread over the interval they load the pipeline as evenly as real ones.
      await playOne(client, camera, index / cameras.length * 1000 / play.fps, { ...play, signal });
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  // All have ended before the first failure is told, so that nothing goes on behind a stopped demo.
  const ends = await Promise.allSettled(playing);
  play.signal.throwIfAborted();
  failed.signal.throwIfAborted();
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function playOne(client: Client, { deviceId, clip, startSeconds }: DemoCamera, delayMs: number, { ffmpeg, fps, framesPerCamera, signal, onAccepted }: Play): Promise<void> {
  const firstAtMs = Date.now() + delayMs;
  let number = 0;
  for await (const bytes of clipFrames({ executable: ffmpeg, clip, fps, startSeconds, limit: framesPerCamera })) {
    await sleep(Math.max(0, firstAtMs + number * 1000 / fps - Date.now()), undefined, { signal });
    number += 1;
    onAccepted(await client.pushFrame({ deviceId, capturedAt: instantFromDate(new Date()), bytes, mediaType: 'image/jpeg' }, { signal }));
  }
}
