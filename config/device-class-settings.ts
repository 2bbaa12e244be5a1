/**
 * Limits that rightly differ by class of device: one table, from which each class gets a setting of each limit, such as
 * WATCHPOST_THERMAL_MIN_SIDE_PIXELS. Part of the table in `settings.ts`.
 */
import { DEVICE_CLASSES } from '../contracts/device.ts';
import type { DeviceClass } from '../contracts/device.ts';
import { wholeNumber } from './kinds.ts';
import type { Setting } from './kinds.ts';

interface ClassLimit {
  /** What follows the class in the variable. */
  readonly suffix: string;
  readonly min: number;
  readonly max: number;
  /** Goes on behind "Of devices of class ...: ". */
  readonly meaning: string;
  readonly defaults: Readonly<Record<DeviceClass, readonly [value: number, reason: string]>>;
}

const LIMITS = {
  minSidePixels: {
    suffix: 'MIN_SIDE_PIXELS',
    min: 8,
    max: 4_096,
    meaning: 'the least width and height of a frame in pixels; a smaller one is refused.',
    defaults: {
      camera: [32, 'A person is found from about 20 pixels of height on.'],
      thermal: [24, 'The smallest thermal sensors that show more than a warm spot have 32 x 24 pixels.'],
      panorama: [32, 'A person is found from about 20 pixels of height on.'],
    },
  },
  maxAspect: {
    suffix: 'MAX_ASPECT',
    min: 1,
    max: 100,
    meaning: 'the most that the longer side of a frame may be of the shorter one; a longer one is refused.',
    defaults: {
      camera: [8, 'Wide-angle cameras reach about 4 to 1, stitched pairs 6 to 1. At 8 to 1 a model input of 640 is left with 80 rows.'],
      thermal: [8, 'Thermal sensors have the shapes of others.'],
      panorama: [16, 'A full circle that is 30 degrees high is a strip of 12 to 1. At 16 to 1 a standardised frame is left with 120 rows.'],
    },
  },
  voidLevels: {
    suffix: 'VOID_LEVELS',
    min: 0,
    max: 128,
    meaning: 'the levels of 255 within which the brightness of nearly the whole frame lies when it shows nothing; such a frame is refused.',
    defaults: {
      camera: [8, 'Darkest night frame measured: 40 levels. A covered lens with strong sensor noise: up to 6.4.'],
      thermal: [3, 'Where the camera does not stretch the contrast, a level is a fraction of a degree: a yard of one temperature lies within few of them, the noise of a closed shutter within two.'],
      panorama: [8, 'As `camera`: the sensors are the same.'],
    },
  },
  frozenSeconds: {
    suffix: 'FROZEN_SECONDS',
    min: 1,
    max: 604_800,
    meaning: 'for how long (capture time) the same picture may come before its frames are refused as frozen; longer where the device usually shows a picture for longer.',
    defaults: {
      camera: [600, 'Frames cut out of a video stream repeat a quiet scene exactly until the next key frame, which encoders put off while nothing moves: by seconds as a rule, by minutes at the longest. '
        + 'Ten are more than that, and little for a camera that hangs.'],
      thermal: [3_600, 'Thermal sensors have less noise, and some cameras filter what is left. Their shutter closes every few minutes to level the sensor, which changes the picture: an hour without that is no live camera.'],
      panorama: [600, 'As `camera`: the sensors are the same.'],
    },
  },
} as const satisfies Record<string, ClassLimit>;

type LimitName = keyof typeof LIMITS;
export type DeviceLimits = Readonly<Record<LimitName, number>>;
type SettingName = `${DeviceClass}${Capitalize<LimitName>}`;

const LIMIT_NAMES = Object.keys(LIMITS) as LimitName[];
const settingName = (deviceClass: DeviceClass, limit: LimitName): SettingName =>
  `${deviceClass}${limit.charAt(0).toUpperCase()}${limit.slice(1)}` as SettingName;

function settingOf(deviceClass: DeviceClass, { suffix, min, max, meaning, defaults }: ClassLimit): Setting<number> {
  const [defaultValue, reason] = defaults[deviceClass];
  return wholeNumber({
    variable: `WATCHPOST_${deviceClass.toUpperCase()}_${suffix}`, min, max, defaultValue, reason, meaning: `Of devices of class \`${deviceClass}\`: ${meaning}`,
  });
}

export const DEVICE_CLASS_SETTINGS = Object.fromEntries(
  DEVICE_CLASSES.flatMap((deviceClass) => LIMIT_NAMES.map((limit) => [settingName(deviceClass, limit), settingOf(deviceClass, LIMITS[limit])])),
) as Readonly<Record<SettingName, Setting<number>>>;

/** The settings as a table again, for those who look a device's class up. */
export const limitsByClass = (settings: Readonly<Record<SettingName, number>>): Readonly<Record<DeviceClass, DeviceLimits>> =>
  Object.fromEntries(DEVICE_CLASSES.map((deviceClass) =>
    [deviceClass, Object.fromEntries(LIMIT_NAMES.map((limit) => [limit, settings[settingName(deviceClass, limit)]]))])) as Record<DeviceClass, DeviceLimits>;
