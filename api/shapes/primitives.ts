/** The small shapes that all others are made of. Types follow from schemas, so that documentation, checks and code cannot differ. */
import { Type } from 'typebox';
import type { Static, TSchema } from 'typebox';
import type { Polygon as PolygonCorners } from '../../contracts/device.ts';
import type { Instant as InstantText } from '../../contracts/time.ts';

/** One line without control characters: Postgres keeps no NUL, and a line break could pose as another header in a mail. */
const ONE_LINE = '^[^\\u0000-\\u001f\\u007f]*$';

export const Text = (description: string, maxLength = 200) => Type.String({ description, minLength: 1, maxLength, pattern: ONE_LINE });

/** An id in a path or a filter. Whether it is a good one to choose is said at PUT, by name (`id_unsafe`). */
export const Id = (description: string) => Text(description, 500);

export const Instant = (description?: string) =>
  Type.Unsafe<InstantText>({ type: 'string', format: 'date-time', examples: ['2026-11-21T02:14:00.123456Z'], ...described(description) });

export const Uuid = (description?: string) => Type.String({ pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$', ...described(description) });

/** More corners than any outline that a person draws, and few enough to paint on every frame. */
export const Polygon = (description?: string) => Type.Unsafe<PolygonCorners>({
  type: 'array', minItems: 3, maxItems: 64, items: { type: 'array', items: { type: 'number', minimum: 0, maximum: 1 }, minItems: 2, maxItems: 2 },
  description: `Corners [x, y] in shares of the upright picture, 0..1 from its top left.${description === undefined ? '' : ` ${description}`}`,
});

export const Count = (description?: string) => Type.Integer({ minimum: 0, ...described(description) });

export const oneOf = <const V extends string>(values: readonly V[], description?: string) =>
  Type.Unsafe<V>({ type: 'string', enum: [...values], ...described(description) });

export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** A list that nobody changes, as the read models hand it out. */
export const list = <T extends TSchema>(item: T, options: { description?: string; minItems?: number; maxItems?: number } = {}) =>
  Type.Unsafe<readonly Static<T>[]>(Type.Array(item, options));

/** A body or filter: a field that we do not know is a typing error, and is refused rather than ignored. */
export const strict = { additionalProperties: false } as const;

export const Limit = Type.Optional(Type.Integer({ description: 'Items on a page.', minimum: 1, maximum: 500, default: 100 }));
export const Cursor = Type.Optional(Text('`next` of the page before.', 1_000));
export const Next = nullable(Type.String({ description: 'Cursor of the next page; null on the last one.' }));

export const DEFAULT_LIMIT = 100;

const described = (description: string | undefined) => (description === undefined ? {} : { description });
