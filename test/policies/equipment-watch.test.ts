import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../config/settings.ts';
import { elapsedMs, parseInstant, plusMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { DEFAULT_WATCH, watchFrame } from '../../policies/equipment-watch.ts';
import type { PastNotice, WatchedFrame, Stretch } from '../../policies/equipment-watch.ts';

const START = parseInstant('2026-03-01T02:14:00Z');
const at = (seconds: number): Instant => plusMs(START, seconds * 1000);
const HOUR = 3_600;

/** `0-180/45 nothing` is a frame each 45 s from 0 to 180 s. What becomes of a device, as `opened 180` and `closed 900`. */
function story(...frames: readonly string[]): { told: string[]; stretch: Stretch | null } {
  let stretch: Stretch | null = null;
  let past: PastNotice | null = null;
  const told: string[] = [];
  const say = (what: string, frame: WatchedFrame): void => { told.push(`${what} ${elapsedMs(START, frame.capturedAt) / 1000}`); };
  for (const frame of frames.flatMap(framesOf)) {
    const watched = watchFrame(stretch, past, frame);
    if (watched.kind === 'moved') {
      if (watched.stretch.openedAt !== null && (stretch as Stretch | null)?.openedAt == null) say('opened', frame);
      stretch = watched.stretch;
    } else if (watched.kind !== 'unmoved') {
      say(watched.kind, frame);
      if (watched.kind === 'closed') past = { openedAt: watched.stretch.openedAt!, seenUntil: watched.stretch.seenUntil };
      stretch = null;
    }
  }
  return { told, stretch };
}

function framesOf(text: string): WatchedFrame[] {
  const [, first, last = first, step = 1, shows] = /^(\d+)(?:-(\d+)\/(\d+))? (nothing|something)$/.exec(text) ?? [];
  return Array.from({ length: (Number(last) - Number(first)) / Number(step) + 1 }, (_, n) => ({ capturedAt: at(Number(first) + n * Number(step)), shows: shows as WatchedFrame['shows'] }));
}

describe('a camera that is covered', () => {
  it('is told of within minutes, at a frame a second, each half minute and each minute', () => {
    expect(story('0-600/1 nothing').told).toEqual(['opened 180']);
    expect(story('0-600/30 nothing').told).toEqual(['opened 180']);
    expect(story('0-600/60 nothing').told).toEqual(['opened 240']);
  });

  it('is told of once while it lasts, however long', () => {
    const { told, stretch } = story('0-86400/60 nothing');
    expect(told).toEqual(['opened 240']);
    expect(stretch).toMatchObject({ since: at(0), lastAt: at(86_400), frames: 1_441 });
  });

  it('is well again after five minutes of good frames', () => {
    expect(story('0-600/60 nothing', '660-3000/60 something').told).toEqual(['opened 240', 'closed 960']);
  });

  it('is not well because it sees for a moment', () => {
    expect(story('0-600/60 nothing', '660-900/60 something', '960 nothing', '1020-1260/60 something', '1320-9000/60 nothing').told).toEqual(['opened 240']);
  });

  it('is not told of when it shows something in between, as often as it does', () => {
    expect(story(...Array.from({ length: 50 }, (_, n) => [`${n * 200}-${n * 200 + 170}/10 nothing`, `${n * 200 + 180} something`]).flat()).told
      .filter((said) => !said.startsWith('dropped'))).toEqual([]);
  });
});

describe('a hiccup', () => {
  it.each([
    ['a lens that is wiped for a minute', '0-60/1 nothing'],
    ['four frames, a minute apart', '0-180/60 nothing'],
    ['a hundred frames within three minutes', '0-99/1 nothing'],
  ])('%s tells nobody and leaves nothing behind', (_, frames) => {
    expect(story('0 something', ...[frames], '200 something')).toEqual({ told: ['dropped 200'], stretch: null });
  });
});

describe('a camera that flaps', () => {
  it('is told of again no sooner than six hours after the last time, and then only while it shows nothing', () => {
    const { told } = story(
      '0-600/60 nothing', '660-1200/60 something',
      // Covered again at once, and well before the time is over ...
      '1260-7200/60 nothing', '7260-10800/60 something',
      // ... and once more, for longer.
      `10860-${8 * HOUR}/60 nothing`);
    expect(told).toEqual(['opened 240', 'closed 960', 'dropped 7260', `opened ${6 * HOUR + 240}`]);
  });

  it('that changes every quarter of an hour all day tells at most four times, and as often that it is well', () => {
    const day = Array.from({ length: 48 }, (_, n) => [`${n * 1800}-${n * 1800 + 840}/60 nothing`, `${n * 1800 + 900}-${n * 1800 + 1740}/60 something`]).flat();
    const told = story(...day).told.map((said) => said.split(' ')[0]);
    expect(told.filter((said) => said === 'opened')).toHaveLength(4);
    expect(told.filter((said) => said === 'closed')).toHaveLength(4);
  });
});

describe('a frame that was seen before, or comes late', () => {
  const suspected: Stretch = { since: at(0), lastAt: at(60), frames: 3, wellSince: null, seenUntil: at(60), openedAt: null };

  it.each(['nothing', 'something'] as const)('moves nothing: %s', (shows) => {
    for (const seconds of [0, 30, 60]) expect(watchFrame(suspected, null, { capturedAt: at(seconds), shows })).toEqual({ kind: 'unmoved' });
  });

  it('opens no second notice once the first is closed', () => {
    expect(watchFrame(null, { openedAt: at(0), seenUntil: at(60) }, { capturedAt: at(60), shows: 'nothing' })).toEqual({ kind: 'unmoved' });
  });
});

it('a good frame of a device that is well moves nothing', () => {
  expect(watchFrame(null, null, { capturedAt: at(0), shows: 'something' })).toEqual({ kind: 'unmoved' });
});

it('the settings assume what the policy does', () => {
  const { voidNoticeFrames, voidNoticeSeconds, voidWellSeconds, voidNoticeApartSeconds } = SETTINGS;
  expect(DEFAULT_WATCH).toEqual({
    frames: voidNoticeFrames.defaultValue, afterMs: voidNoticeSeconds.defaultValue * 1000, wellAfterMs: voidWellSeconds.defaultValue * 1000,
    apartMs: voidNoticeApartSeconds.defaultValue * 1000,
  });
});
