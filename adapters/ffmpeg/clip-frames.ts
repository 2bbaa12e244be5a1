/** Takes frames out of a clip with ffmpeg, as a child process: its decoders read foreign bytes and may crash without us. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { splitJpegs } from './jpeg-splitter.ts';

export interface ClipFramesOptions {
  /** Path of the ffmpeg executable. */
  readonly executable: string;
  readonly clip: string;
  /** Frames per second of footage. */
  readonly fps: number;
  /** Where in the footage to begin. */
  readonly startSeconds?: number;
  /** At most so many frames. */
  readonly limit?: number;
}

/** The clip cannot be opened or decoded; the message is ffmpeg's own. */
export class ClipUnreadable extends Error {
  constructor(clip: string, said: string) {
    super(`${clip} cannot be read: ${said || 'ffmpeg did not say why'}`);
    this.name = 'ClipUnreadable';
  }
}

/** Quality 3 of 2 (best) to 31: what cameras send. */
const QUALITY = '3';
/** Enough for the reason; a damaged clip complains about every frame. */
const KEPT_COMPLAINT_CHARACTERS = 2_000;

/**
 * JPEGs in order. ffmpeg runs ahead by no more than a pipe's buffer, so memory stays bounded however slowly frames are taken, and it
 * is ended when the caller stops early. Throws `ClipUnreadable`, possibly after some frames.
 */
export async function* clipFrames({ executable, clip, fps, startSeconds = 0, limit }: ClipFramesOptions): AsyncGenerator<Buffer> {
  const child = spawn(executable, [
    ...['-nostdin', '-v', 'error', '-ss', String(startSeconds)],
    // `file:` because a name such as `concat:a|b` or `http://...` would be taken for a protocol.
    ...['-i', `file:${resolve(clip)}`, '-vf', `fps=${fps}`, ...(limit === undefined ? [] : ['-frames:v', String(limit)])],
    ...['-f', 'image2pipe', '-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', QUALITY, '-'],
  ], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { complaint = (complaint + text).slice(0, KEPT_COMPLAINT_CHARACTERS); });
  const ended = once(child, 'close').then(([code]: unknown[]) => code as number | null);
  // Awaited below; whoever stops early never gets there.
  ended.catch(() => {});

  try {
    yield* splitJpegs(child.stdout);
    if (await ended !== 0) throw new ClipUnreadable(clip, complaint.trim().split('\n').slice(0, 3).join(' '));
  } finally {
    child.kill('SIGKILL');
  }
}
