/** The result files, described for whoever reads them. Served at `/v1/schemas/detections`; `docs/detections.schema.json` is made from it. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { RESULT_FILE_SCHEMA } from '../../contracts/result-file.ts';
import type { ResultFile } from '../../contracts/result-file.ts';
import { DetectionShape, ModelShape } from './frames.ts';
import { Instant, Uuid, list } from './primitives.ts';

const ResultFileShape = Type.Object({
  schema: Type.Literal(RESULT_FILE_SCHEMA, { description: 'The form of this file.' }),
  frameId: Uuid('The frame.'),
  tag: Type.String({ description: '<user>-<device>-<time>-<zone>' }),
  capturedAt: Instant('The moment in the tag, which names the file too.'),
  width: Type.Integer({ description: 'Of the upright original in pixels; boxes refer to it, whatever size a detector saw.', minimum: 1 }),
  height: Type.Integer({ description: 'Of the upright original in pixels.', minimum: 1 }),
  model: ModelShape,
  detections: list(DetectionShape, { description: 'Highest probability first; empty when nothing was seen.' }),
});

/** Fails to compile when the file and its description part: each must hold what the other says. */
type AsDescribed = [ResultFile, Static<typeof ResultFileShape>] extends [Static<typeof ResultFileShape>, ResultFile] ? true : never;
true satisfies AsDescribed;

export const DETECTIONS_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: RESULT_FILE_SCHEMA,
  title: 'Detections of a frame',
  description: 'A file /<user>-<device>/<time>.json below results/ in the home. Written in one step; written anew when the frame runs again. Fields may be added: ignore those that you do not know.',
  ...ResultFileShape,
};
