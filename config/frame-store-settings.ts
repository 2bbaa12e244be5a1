/** Settings of the frame store: how much it may hold, and how long. Part of the table in `settings.ts`. */
import { wholeNumber } from './kinds.ts';
import type { Setting } from './kinds.ts';

export const FRAME_STORE_SETTINGS = {
  frameStoreBytes: wholeNumber({
    variable: 'WATCHPOST_FRAME_STORE_BYTES',
    min: 1_024,
    max: 1_000_000_000_000_000,
    defaultValue: 20 * 1024 * 1024 * 1024,
    meaning: 'Bytes of pictures that the frame store may hold. Above nine tenths the oldest settled pictures go before their age; at the limit, when all that is left is needed, the answer is 503.',
    reason: 'About 200 000 frames with their standardised pictures. Approximate: several processes write, and a large store is measured by samples.',
  }),
  frameStoreFreeBytes: wholeNumber({
    variable: 'WATCHPOST_FRAME_STORE_FREE_BYTES',
    min: 0,
    max: 1_000_000_000_000_000,
    defaultValue: 512 * 1024 * 1024,
    meaning: 'Bytes that must stay free on the disk of the frame store; towards it pictures go as for the budget, below it frames are answered 503.',
    reason: 'The embedded database shares the disk and stops when it is full, so acceptance stops first.',
  }),
  rawPictureHours: wholeNumber({
    variable: 'WATCHPOST_RAW_PICTURE_HOURS',
    min: 0,
    max: 87_600,
    defaultValue: 24,
    meaning: 'How long after a frame settled the bytes as received stay in the frame store, and so for how long it can be replayed; 0: minutes.',
    reason: 'A day in which a rule can be mended and judge the same frames again. Longer costs room: they are most of what a frame takes. '
      + 'Failed frames keep theirs until they are replayed.',
  }),
  pictureDays: wholeNumber({
    variable: 'WATCHPOST_PICTURE_DAYS',
    min: 0,
    max: 3_650,
    defaultValue: 30,
    meaning: 'How long after a frame settled its standardised picture stays in the frame store.',
    reason: 'A month in which somebody may want to see what an alert was about. Pictures of people should not stay for longer than there is a reason for. '
      + 'Where the bytes as received are the standardised picture, this holds for both.',
  }),
  resultDays: wholeNumber({
    variable: 'WATCHPOST_RESULT_DAYS',
    min: 1,
    max: 3_650,
    defaultValue: 90,
    meaning: 'How long the detections of a frame stay as a file in `results/`.',
    reason: 'They are for whoever picks up files; the database has the same for good.',
  }),
} as const satisfies Record<string, Setting<unknown>>;
