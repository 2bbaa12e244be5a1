/** One logger per process: JSON lines on standard error, or in a file, so that standard output stays for what commands print. */
import { pino } from 'pino';
import type { Logger } from 'pino';

export type Log = Logger;

export function createLog(process: string, level: string, path?: string): Log {
  return pino({
    level, base: { process }, timestamp: pino.stdTimeFunctions.isoTime,
    // A last net only: nothing should hand these over in the first place.
    redact: { paths: ['authorization', 'headers.authorization', 'req.headers.authorization', 'password', 'key', 'url'], censor: '***' },
  }, pino.destination({ ...(path === undefined ? { fd: 2 } : { dest: path, append: true, mkdir: true }), sync: true }));
}
