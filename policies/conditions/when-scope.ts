/** What a `when` expression can speak of: its variables, their types and the functions of ours. `docs/rules.md` lists them for admins. */
import { Environment } from '@marcbachmann/cel-js';
import { canonicalClass } from '../class-names.ts';
import { takes } from '../class-groups.ts';
import type { Place } from '../memory/scene-memory.ts';
import { like } from './like.ts';

/** Something in the picture: where it is, in shares of the picture, 0..1. */
export interface InPicture {
  readonly label: string;
  readonly group: string;
  readonly probability: number;
  /** Area of the box. */
  readonly size: number;
  readonly place: Place;
  readonly zones: readonly string[];
}

/** Something that stood in view and has left with this frame, as an expression sees it. */
export class LeftObject {
  readonly label: string;
  readonly group: string;
  readonly probability: number;
  readonly size: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly zones: readonly string[];

  constructor({ label, group, probability, size, place, zones }: InPicture) {
    this.label = label;
    this.group = group;
    this.probability = probability;
    this.size = size;
    [this.x, this.y, this.width, this.height] = place;
    this.zones = zones;
  }
}

/** An object of the frame as an expression sees it. */
export class SeenObject extends LeftObject {
  /** Seconds. */
  readonly dwell: number;
  readonly arrived: boolean;

  constructor(seen: InPicture, dwell: number, arrived: boolean) {
    super(seen);
    this.dwell = dwell;
    this.arrived = arrived;
  }
}

/** The values of all variables for one frame. CEL's `int` is a bigint in JavaScript. */
export interface WhenScope {
  readonly objects: readonly SeenObject[];
  readonly departed: readonly LeftObject[];
  readonly hour: bigint;
  readonly minute: bigint;
  /** Monday 1 to Sunday 7. */
  readonly weekday: bigint;
  readonly captured_at: Date;
}

/** What `objects` and `departed` hold at most, the most probable ones: a loop in a loop over more would take longer than the rest of a frame's rules. */
export const MAX_SCOPE_OBJECTS = 100;
/** As many as several windows, classes and limits in one expression need. What an expression costs at most is this times its loops. */
export const MAX_NODES = 200;
/** Brackets in brackets; reading must not run out of stack. */
export const MAX_NESTING = 40;

export const VARIABLES = {
  objects: 'list<Seen>',
  departed: 'list<Left>',
  hour: 'int',
  minute: 'int',
  weekday: 'int',
  captured_at: 'google.protobuf.Timestamp',
} as const satisfies Record<keyof WhenScope, string>;

const PLACE_FIELDS = { label: 'string', group: 'string', probability: 'double', size: 'double', x: 'double', y: 'double', width: 'double', height: 'double', zones: 'list<string>' };
/** Fields of one of `departed`, and of one of `objects`. */
export const LEFT_FIELDS = Object.keys(PLACE_FIELDS);
export const SEEN_FIELDS = [...LEFT_FIELDS, 'dwell', 'arrived'];

const countOf = (objects: readonly (SeenObject | LeftObject)[], name: string): bigint => {
  const canonical = canonicalClass(name);
  return BigInt(objects.filter(({ label }) => takes(canonical, label)).length);
};

/** Built once: declaring it costs more than reading a hundred expressions. */
export const WHEN_ENVIRONMENT: Environment = declared();

function declared(): Environment {
  const environment = new Environment({
    // Literal lists and calls of this size are far more than a rule needs and far less than what would slow it.
    limits: { maxAstNodes: MAX_NODES, maxDepth: MAX_NESTING, maxListElements: 64, maxMapEntries: 1, maxCallArguments: 4 },
  })
    .registerType('Seen', { ctor: SeenObject, fields: { ...PLACE_FIELDS, dwell: 'double', arrived: 'bool' } })
    .registerType('Left', { ctor: LeftObject, fields: PLACE_FIELDS })
    // The same object of this frame, so that pairs of two different ones can be asked for.
    .registerOperator('Seen == Seen', (a: SeenObject, b: SeenObject) => a === b)
    .registerFunction('list<Seen>.count(string): int', countOf)
    .registerFunction('list<Left>.count(string): int', countOf)
    .registerFunction('like(string, string): bool', like);
  for (const [name, type] of Object.entries(VARIABLES)) environment.registerVariable(name, type);
  return environment;
}
