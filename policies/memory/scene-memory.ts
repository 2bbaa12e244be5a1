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

/** Plain JSON, bounded, and the same after it was kept as text. Its inside is the business of `observe.ts` and what it calls. */
export interface SceneMemory {
  /** At most `maxTracks` of the settings. */
  readonly tracks: readonly Track[];
  readonly lastAtMs: number;
  /** Between the last two frames; 0 while there was one only. */
  readonly intervalMs: number;
  /** How far the picture lies off where its standing things were first seen, in shares. All places inside are without it. */
  readonly shift: readonly [x: number, y: number];
}

/** One thing that is followed. */
export interface Track {
  /** As it was called when it was seen best. */
  readonly label: string;
  /** The best seen lately. */
  readonly probability: number;
  /** Where it was seen last. */
  readonly place: Place;
  /** Of its middle, in shares of the picture per second; 0 at rest. */
  readonly speedX: number;
  readonly speedY: number;
  readonly bornAtMs: number;
  readonly seenAtMs: number;
  /** Where it was at rest last, since when, and when it was seen there last. Where it came into view, at first. */
  readonly spot: Place;
  readonly spotAtMs: number;
  readonly spotSeenAtMs: number;
  /** Frames in a row on which it was seen away from its spot. */
  readonly awayFrames: number;
  /** It was there before: on the first frame, or because it has stood for the settle time. */
  readonly known: boolean;
  /** It has moved since it came into view, or it came where movement cannot be seen. */
  readonly moved: boolean;
  /** It has been at rest at its spot for the settle time. */
  readonly stands: boolean;
  /** Names of the zones in which it stands; empty unless it does. */
  readonly spotZones: readonly string[];
  /** Perhaps it is another thing, which was still and vanished as this one came: the camera may have been hit. */
  readonly doubtful: boolean;
  /** Frames of a slow camera in a row that miss it. */
  readonly misses: number;
  /** It vanished together with most of what was seen. */
  readonly veiled: boolean;
  readonly stays: readonly ZoneStay[];
  /** Where it stood before it moved away, and the names of the zones there; null: it stands, or never stood. */
  readonly left: Left | null;
}

/** A stay in a zone, kept by name so that zones may be put in another order. `outAtMs`: when it was in last, if it was seen outside since. */
export type ZoneStay = readonly [name: string, sinceMs: number, outAtMs: number | null];

export interface Left {
  readonly place: Place;
  readonly zones: readonly string[];
}
