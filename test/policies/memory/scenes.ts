/** Builds scenes for tests of the memory: things with a path through the picture, seen frame by frame. */
import { observe } from '../../../policies/memory/observe.ts';
import type { Departed, ObjectFacts, Observed, Place, SceneMemory } from '../../../policies/memory/scene-memory.ts';

export interface Thing {
  readonly label: string;
  readonly probability?: number;
  /** Where it is, by seconds since the scene began; null: the detector does not see it. */
  readonly at: (seconds: number, frame: number) => Place | null;
  /** Bits of the zones that it is in. */
  readonly zones?: (seconds: number) => number;
}

export interface Seen {
  readonly seconds: number;
  /** By thing, in the order given; null where it was not seen. */
  readonly facts: readonly (ObjectFacts | null)[];
  readonly departed: readonly Departed[];
  readonly scene: SceneMemory;
}

export interface Watching {
  readonly seconds: number;
  /** Frames per second; or give `everySeconds`. */
  readonly fps?: number;
  readonly everySeconds?: number;
  readonly zoneNames?: readonly string[] | ((seconds: number) => readonly string[]);
  readonly scene?: SceneMemory | null;
  readonly fromSeconds?: number;
  /** How much every box is off, whatever it shows. */
  readonly shift?: (seconds: number) => readonly [x: number, y: number];
  /** Keeps the memory as text between all frames. */
  readonly kept?: boolean;
}

/** A day of November, with a fraction as capture times have them. */
export const DAWN_MS = 1_795_240_800_000.125;

export function watch(things: readonly Thing[], watching: Watching): Seen[] {
  const { seconds, fps = 5, everySeconds = 1 / fps, zoneNames = [], fromSeconds = 0, shift = () => [0, 0], kept = false } = watching;
  let scene = watching.scene ?? null;
  const frames: Seen[] = [];
  for (let frame = 0; frame * everySeconds <= seconds + 1e-9; frame += 1) {
    const at = fromSeconds + frame * everySeconds;
    const [shiftX, shiftY] = shift(at);
    const shown = things.flatMap((thing, index) => {
      const place = thing.at(at, frame);
      return place === null ? [] : [{ index, object: observed(thing, [place[0] + shiftX, place[1] + shiftY, place[2], place[3]], at) }];
    });
    const names = typeof zoneNames === 'function' ? zoneNames(at) : zoneNames;
    const { scene: after, objects, departed } = observe(scene, { atMs: DAWN_MS + at * 1000, objects: shown.map(({ object }) => object), zoneNames: names });
    const facts = things.map((_, index) => objects[shown.findIndex((some) => some.index === index)] ?? null);
    frames.push({ seconds: at, facts, departed, scene: after });
    scene = kept ? (JSON.parse(JSON.stringify(after)) as SceneMemory) : after;
  }
  return frames;
}

const observed = ({ label, probability = 0.8, zones = () => 0 }: Thing, place: Place, seconds: number): Observed => ({ label, probability, place, zones: zones(seconds) });

/** The seconds at which a thing is said to have arrived. */
export const arrivals = (frames: readonly Seen[], thing = 0): number[] => frames.filter(({ facts }) => facts[thing]?.arrived === true).map(({ seconds }) => seconds);
export const departures = (frames: readonly Seen[]): Departed[] => frames.flatMap(({ departed }) => departed);
export const lastFacts = (frames: readonly Seen[], thing = 0): ObjectFacts => {
  const facts = frames.at(-1)?.facts[thing];
  if (!facts) throw new Error('the thing is not on the last frame');
  return facts;
};

/** Still, but for the trembling of a detector's boxes, by up to a twentieth of their size. */
export const still = (place: Place, between: readonly [from: number, to: number] = [0, Infinity]): Thing['at'] => (seconds, frame) =>
  (seconds >= between[0] && seconds < between[1] ? trembling(place, frame) : null);

const trembling = ([x, y, width, height]: Place, frame: number): Place => {
  const off = (step: number) => Math.sin(frame * step) / 20;
  return [x + width * off(1.7), y + height * off(2.3), width * (1 + off(0.9) / 2), height * (1 + off(1.3) / 2)];
};

export interface Walk {
  readonly from: Place;
  /** Shares of the picture per second. */
  readonly speed: readonly [x: number, y: number];
  readonly startsAt?: number;
  /** Seen from here on ... */
  readonly seenFrom?: number;
  /** ... and until it is out of the picture, or here. */
  readonly seenUntil?: number;
}

/** Stands until it starts, then goes on in one direction until it is out of the picture. */
export const walking = ({ from, speed, startsAt = 0, seenFrom = 0, seenUntil = Infinity }: Walk): Thing['at'] => (seconds, frame) => {
  const gone = Math.max(0, seconds - startsAt);
  const [x, y] = [from[0] + speed[0] * gone, from[1] + speed[1] * gone];
  if (seconds < seenFrom || seconds >= seenUntil) return null;
  const [left, top, right, bottom] = [Math.max(0, x), Math.max(0, y), Math.min(1, x + from[2]), Math.min(1, y + from[3])];
  return right - left < 0.005 || bottom - top < 0.005 ? null : trembling([left, top, right - left, bottom - top], frame);
};

/** The places of one, but seen only when the other says so. */
export const unless = (at: Thing['at'], hidden: (seconds: number, frame: number) => boolean): Thing['at'] => (seconds, frame) => (hidden(seconds, frame) ? null : at(seconds, frame));

export const PERSON: Place = [0.5, 0.5, 0.05, 0.2];
export const CAR: Place = [0.2, 0.6, 0.2, 0.18];
export const OTHER_CAR: Place = [0.6, 0.6, 0.2, 0.18];
