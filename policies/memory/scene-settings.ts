/** What decides when two boxes are one thing, when a thing has moved, stands, is known and is forgotten. Each number with its reason. */

export const SCENE_SETTINGS = Object.freeze({
  /** Things followed in one frame, the surest first. A crowd above it is a crowd for every rule, and it bounds what a hostile frame can cost. */
  maxObserved: 100,
  /** Things remembered, in view or not: all that one frame can show and some parked cars that are hidden. */
  maxTracks: 128,
  /** Shares of the picture are kept to five decimals: a tenth of a pixel of 4K. More would only be noise that is stored. */
  placeDecimals: 5,

  /** Overlap (intersection over union) from which two boxes of one kind may be one thing. Two boxes side by side have none; below this, nearness decides. */
  leastOverlap: 0.2,
  /** From this overlap on a new box on top of a followed thing of its kind is a second box of that thing: detectors say "car" and "truck" at once. */
  twinOverlap: 0.5,
  /** How far a thing may be from where it is expected, in its own sizes: this much at once ... */
  reach: 0.5,
  /** ... and this much more each second: a running person makes three heights, a car at 50 km/h three lengths. */
  reachPerSecond: 3,
  /** The same for what is at rest: who starts to walk or drive is not fast yet, and a faster thing beside it is another one. */
  reachPerSecondAtRest: 1,
  /** However long ago it was seen: beyond this, half the picture is in reach and nearness says nothing. */
  maxReach: 4,
  /** Areas of two boxes of one thing, from one frame to the next, differ by no more: half hidden and a step nearer. */
  maxAreaRatio: 3,
  /** Two frames that miss it at one frame a second, with a second for trembling intervals; and the time that somebody is hidden by whom they pass. */
  coastMs: 4_000,
  /** How much the newest step counts for the speed, by the time that it took: over this long, half. */
  speedMemoryMs: 300,

  /**
   * Further than this share of its own size (the larger of both boxes) is a movement. Half is what geometry gives: a box that is cut to a sliver because
   * something stands in front moves its middle by less than half, so nothing that only hides a thing can make it move.
   */
  movedShare: 0.5,
  /** Grown or shrunk by half both ways is coming nearer or going away; what is uncovered grows one way. */
  grownRatio: 1.5,
  /** A single box that is off is the detector's mistake, not a movement. */
  movedFrames: 2,
  /** Up to this share from its spot it is at rest there: boxes tremble by less, and whoever only moves slowly is past it soon. */
  restShare: 0.25,
  /** At rest for so long, on at least two frames, is a thing that was still, and a sudden move of it may be the camera's. */
  restedMs: 1_000,
  /** A camera that was hit stops swinging within two seconds; what was still must be gone from its place for longer to have moved. */
  shakeMs: 2_000,
  /** How far a hit camera swings, as a share of the picture; further is another view. */
  shakeReach: 0.15,
  /** A common shift below this share of the picture is the trembling of boxes. */
  leastShift: 0.01,
  /** Things that are asked for the common shift: a few are enough, and it bounds the search. */
  shiftWitnesses: 16,

  /** Somebody who waits for a bus or rings at a door moves within a minute; what does not has come to stay. */
  settleMs: 60_000,
  /** What stands is remembered unseen for as long as it stood, but unless it can go by itself, at least through a shower or a lorry that unloads in front of it ... */
  leastRememberedMs: 10 * 60_000,
  /** ... and at most through a winter's night. */
  mostRememberedMs: 12 * 3_600_000,
  /** What was seen best counts for less as this time goes by: a departure is told with what was seen lately. */
  probabilityFadesMs: 15 * 60_000,

  /** Frames further apart show no movement: a walker crosses the view between two of them. Both of the last two intervals must be as long, so that one gap is none. */
  slowIntervalMs: 3_000,
  /** A slow camera's thing that is missing so often in a row has gone: detectors miss one for a frame or two. */
  slowMisses: 3,
  /** Things that vanish in one frame, being also most of what was seen: that is the picture (dark, white, covered), not the things. */
  vanishedTogether: 2,

  /** A step outside a zone that is shorter ends no stay in it: boxes tremble over the line. */
  zoneGraceMs: 2_000,
});

export type SceneSettings = { readonly [Name in keyof typeof SCENE_SETTINGS]: number };
