/** What is remembered of the things in front of a device, and what that says of those seen now. Shapes only; `observe.ts` moves them. */

/** [x, y, width, height] in shares of the picture, 0..1. */
export type Place = readonly [x: number, y: number, width: number, height: number];

/** Something seen in one frame, after masks took theirs. */
export interface Observed {
  /** Canonical. */
  readonly label: string;
  readonly probability: number;
  readonly place: Place;
  /** One bit per zone of `zoneNames` that it is in. */
  readonly zones: number;
}

export interface ObservedFrame {
  /** Capture time, epoch milliseconds, with fractions. Never before that of the frame observed last. */
  readonly atMs: number;
  readonly objects: readonly Observed[];
  /** Names of the device's zones; their order is that of the bits. */
  readonly zoneNames: readonly string[];
}

/** What memory says of one observed object. */
export interface ObjectFacts {
  /** In view without a real break, including this frame. */
  readonly dwellMs: number;
  /** By zone, in order of `zoneNames`; 0 in those it is not in. Null where there are no zones. */
  readonly zoneDwellMs: readonly number[] | null;
  /** It was not there before, it has moved, and it has not come to rest for long. */
  readonly arrived: boolean;
}

/** Something that stood in view and has left, told on one frame only. */
export interface Departed {
  readonly label: string;
  /** The best that was seen of it lately. */
  readonly probability: number;
  /** Where it stood. */
  readonly place: Place;
  /** Zones in which it stood, as in `Observed`. */
  readonly zones: number;
}

export interface Observation {
  readonly scene: SceneMemory;
  /** One per object of the frame, same order. */
  readonly objects: readonly ObjectFacts[];
  readonly departed: readonly Departed[];
}

/** Plain JSON, bounded. Its inside is the business of `observe.ts` alone. */
export interface SceneMemory {
  readonly tracks: readonly Track[];
  readonly lastAtMs: number;
}

/** One thing that is followed. */
export interface Track {
  readonly label: string;
  readonly place: Place;
  readonly bornAtMs: number;
  readonly seenAtMs: number;
}
