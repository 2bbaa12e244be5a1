/**
 * What is remembered of a picture to know it again, and how pictures are compared: fine enough to tell a camera that looks at an empty yard from one
 * that repeats itself.
 *
 * A live sensor has noise, and an encoder keeps of it at least this: the mean of a block of 8 x 8 pixels, which it rounds to a step of its own, falls on another
 * step here and there. One picture that is encoded twice in the same way is the same, outside of a clock. Encoded in another way it only may be the same, as
 * far as the two roundings explain the difference; so the first view in each way is remembered, and the next one in that way must not differ from it.
 * Where a picture cannot be told from a live one it counts as another: to refuse a live camera is the worse mistake.
 */
export interface PictureSignature {
  /** Names the rounding tables of a JPEG; 0 for what has none. Pictures of one number were encoded in the same way. */
  readonly encoding: number;
  /** Levels from one value that the encoder could give the mean of a block to the next; 0 where it rounds nothing. */
  readonly stepLevels: number;
  /** One for each block looked at: its mean in `UNITS_PER_LEVEL`, doubled, plus 1 where something is to be seen in it. */
  readonly blocks: Uint16Array;
}

export const UNITS_PER_LEVEL = 32;

/**
 * In how many ways one picture may come. A camera that adapts its quality uses more within minutes, and then counts as live. Any frame beyond these is one of a way
 * that was there before, and shows the noise of a live sensor.
 */
export const MOST_VIEWS = 4;
/** In `UNITS_PER_LEVEL`. The colour of a clock reaches into the blocks beside its own, whose brightness is rounded otherwise for it. */
const COLOUR_UNITS = 1;
/** Blocks in which something is to be seen. With fewer, as at night around one lit window, nothing can be said. */
const LEAST_SHOWN = 24;
/** Of those, the share that may differ: a clock that is larger than the margins that are left out. Noise moves several times as many. */
const CHANGED_SHARE = 0.01;
/** Rounding errors are spread evenly over the step, so their mean square is a twelfth of its square; twice that where the picture had been rounded before. */
const EXPLAINED_SHARE = 2 / 12;
/** What decoding to whole levels adds to the mean square of the difference. */
const DECODING_SQUARE = 0.01;

/** The views with this one among them where it shows the picture that they show; undefined where it shows another. `views` are in the order in which they came. */
export function seenAgain(views: readonly PictureSignature[], seen: PictureSignature): readonly PictureSignature[] | undefined {
  const alike = views.find(({ encoding }) => encoding === seen.encoding);
  if (alike) return isUnchanged(alike, seen) ? views : undefined;
  const [first] = views;
  return first && views.length < MOST_VIEWS && mayBeTheSame(first, seen) ? [...views, seen] : undefined;
}

function isUnchanged(a: PictureSignature, b: PictureSignature): boolean {
  const { shown, changed } = compare(a, b);
  return shown >= LEAST_SHOWN && changed <= shown * CHANGED_SHARE;
}

function mayBeTheSame(a: PictureSignature, b: PictureSignature): boolean {
  const { shown, meanSquare } = compare(a, b);
  return shown >= LEAST_SHOWN && meanSquare <= (a.stepLevels ** 2 + b.stepLevels ** 2) * EXPLAINED_SHARE + DECODING_SQUARE;
}

/** `shown`: blocks in which both show something; `changed`: any that differ; `meanSquare`: of the differences of those shown, in levels. */
function compare(a: PictureSignature, b: PictureSignature): { shown: number; changed: number; meanSquare: number } {
  let shown = 0;
  let changed = 0;
  let squares = 0;
  // Of another size, and so another picture.
  if (a.blocks.length !== b.blocks.length) return { shown, changed, meanSquare: 0 };
  for (let index = 0; index < a.blocks.length; index += 1) {
    const [inA, inB] = [a.blocks[index]!, b.blocks[index]!];
    const moved = (inA >> 1) - (inB >> 1);
    if (Math.abs(moved) > COLOUR_UNITS) changed += 1;
    if ((inA & inB & 1) === 0) continue;
    shown += 1;
    squares += moved * moved;
  }
  return { shown, changed, meanSquare: squares / Math.max(1, shown) / UNITS_PER_LEVEL ** 2 };
}
