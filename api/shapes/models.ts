/** Models, those of the product and those that users registered. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { InputRule } from '../../contracts/model.ts';
import { MODEL_HEADS, ONNX_HEADS } from '../../contracts/model.ts';
import { Count, Instant, Text, list, nullable, oneOf, strict } from './primitives.ts';

// A side below 32 holds nothing that could be told apart; one above 4096 needs gigabytes while it runs.
const Side = (description: string) => Type.Integer({ description, minimum: 32, maximum: 4_096 });
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Of the weights, hex.' });

const InputRuleShape = Type.Unsafe<InputRule>(Type.Union([
  Type.Object({ kind: Type.Literal('within'), longSidePixels: Side('Room along the longer side.'), shortSidePixels: Side('Room along the shorter side.') }, {
    ...strict, description: 'Scaled to fit, never enlarged, input cut to what that leaves: for networks that take any multiple of 32.',
  }),
  Type.Object({ kind: oneOf(['letterbox', 'stretch'], '`letterbox`: scaled to fit and padded; `stretch`: to the square, whatever the shape.'), sidePixels: Side('Of the square.') }, strict),
]));

const Thresholds = Type.Object({
  floor: Type.Number({ description: 'Score below which nothing is kept.', minimum: 0.01, maximum: 0.95 }),
  usual: Type.Number({ description: 'Score at which precision and recall are in balance.', minimum: 0.01, maximum: 0.99 }),
}, strict);

const Label = Type.String({ minLength: 1, maxLength: 80, pattern: '^[^\\u0000-\\u001f\\u007fA-Z]+$', description: 'Lower case.' });

export const ModelBody = Type.Object({
  version: Text('Names weights and input; other contents need another version.', 80),
  head: oneOf(ONNX_HEADS, 'How its output is read: `yolox` raw grid, `detr` rows as DEIM, D-FINE and RT-DETR export them, `picodet` class and box maps.'),
  sha256: Type.String({ pattern: '^[0-9a-fA-F]{64}$', description: 'Of weights that were uploaded before (`POST /v1/models/weights`).' }),
  licence: Text('SPDX name or a sentence: under which the weights may be used.', 300),
  labels: Type.Optional(list(Label, { description: 'In the order in which the network numbers them; left out: the 80 classes of COCO.', minItems: 1, maxItems: 2_000 })),
  input: Type.Optional(InputRuleShape),
  thresholds: Type.Optional(Thresholds),
}, strict);

export const ModelShape = Type.Object({
  name: Type.String({ description: 'What a device names.' }),
  version: Type.String(),
  head: oneOf(MODEL_HEADS),
  sha256: Sha256,
  licence: Type.String(),
  labels: list(Type.String()),
  input: InputRuleShape,
  thresholds: Thresholds,
  registeredAt: nullable(Instant('Null: it comes with the product.')),
});
export const ModelList = Type.Object({ models: list(ModelShape) });
export const WeightsShape = Type.Object({ sha256: Sha256, bytes: Count('How many there are.') });

export type ModelBody = Static<typeof ModelBody>;
export type Model = Static<typeof ModelShape>;
export type Weights = Static<typeof WeightsShape>;
