/** Sends frames the way a camera service does, through the product's own client, and keeps the times of the answers. */
import { createClient } from '../../../client/client.ts';
import { instantFromDate } from '../../../contracts/time.ts';
import { frameOf } from '../pictures.ts';
import type { LoadReport, Sending } from './job.ts';

export interface Camera {
  /** Resolves when the frame is accepted. */
  send(deviceId: string): Promise<void>;
  /** Forgets what was noted so far. */
  restart(): void;
  noted(): Pick<LoadReport, 'seconds' | 'answerMs' | 'retries' | 'cpuMs'>;
  close(): Promise<void>;
}

export function openCamera({ baseUrl, key, jpegs, firstFrame }: Sending): Camera {
  const client = createClient({ baseUrl, key });
  let number = firstFrame;
  let startedAt = performance.now();
  let cpuAtStart = process.cpuUsage();
  let answerMs: number[] = [];
  let retries = 0;
  return {
    async send(deviceId) {
      const bytes = frameOf(jpegs, number);
      number += 1;
      const sentAt = performance.now();
      await client.pushFrame({ deviceId, capturedAt: instantFromDate(new Date()), bytes, mediaType: 'image/jpeg' }, { onRetry: () => { retries += 1; } });
      answerMs.push(performance.now() - sentAt);
    },
    restart() {
      startedAt = performance.now();
      cpuAtStart = process.cpuUsage();
      answerMs = [];
      retries = 0;
    },
    noted() {
      const { user, system } = process.cpuUsage(cpuAtStart);
      return { seconds: (performance.now() - startedAt) / 1000, cpuMs: (user + system) / 1000, answerMs, retries };
    },
    close: () => client.close(),
  };
}
