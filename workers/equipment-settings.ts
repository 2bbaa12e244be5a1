/** The settings of equipment notices as those who watch take them. */
import type { Settings } from '../config/settings.ts';
import { DEFAULT_CLOCK } from '../policies/clock-watch.ts';
import type { ClockSettings } from '../policies/clock-watch.ts';
import type { WatchSettings } from '../policies/equipment-watch.ts';
import { DEFAULT_SILENCE } from '../policies/silence.ts';
import type { SilenceSettings } from '../policies/silence.ts';

export const voidWatch = ({ voidNoticeFrames, voidNoticeSeconds, voidWellSeconds, voidNoticeApartSeconds }: Settings): WatchSettings => ({
  frames: voidNoticeFrames, afterMs: voidNoticeSeconds * 1000, wellAfterMs: voidWellSeconds * 1000, apartMs: voidNoticeApartSeconds * 1000,
});

export const clockWatch = ({ clockAheadSeconds, voidNoticeApartSeconds }: Settings): ClockSettings =>
  ({ ...DEFAULT_CLOCK, aheadMs: clockAheadSeconds * 1000, apartMs: voidNoticeApartSeconds * 1000 });

export const silenceWatch = ({ voidNoticeApartSeconds }: Settings): SilenceSettings => ({ ...DEFAULT_SILENCE, apartMs: voidNoticeApartSeconds * 1000 });
