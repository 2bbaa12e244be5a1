/** Models: those of the product, and those that users bring. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import { KNOWN_MODELS } from '../../adapters/detector/known-models.ts';
import { COCO_LABELS } from '../../adapters/detector/labels.ts';
import { tryModel } from '../../adapters/detector/trial.ts';
import { storeWeights, weightsPath, weightsThere } from '../../adapters/model-store/disk.ts';
import { findModel, listModels, putModel, removeModel } from '../../adapters/postgres/models.ts';
import type { StoredModel } from '../../adapters/postgres/models.ts';
import type { Queryable } from '../../adapters/postgres/pool.ts';
import { Failure } from '../../contracts/failures.ts';
import { requireSafeId } from '../../contracts/ids.ts';
import type { InputRule, ModelDescription, OnnxHead } from '../../contracts/model.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { ModelBody, ModelList, ModelShape, WeightsShape } from '../shapes/models.ts';
import { Id } from '../shapes/primitives.ts';

const tags = ['models'];
const params = Type.Object({ name: Id('What devices name.') });
const WEIGHTS_TYPE = 'application/octet-stream';
/** What the published files of each head take. */
const USUAL_INPUT: Readonly<Record<OnnxHead, InputRule>> = {
  yolox: { kind: 'letterbox', sidePixels: 416 }, detr: { kind: 'stretch', sidePixels: 640 }, picodet: { kind: 'stretch', sidePixels: 416 },
};
const USUAL_THRESHOLDS = { floor: 0.1, usual: 0.45 };

export const modelRoutes = ({ pool, settings: { home, maxModelBytes } }: ApiDeps): Routes => (app, _options, done) => {
  app.addContentTypeParser(WEIGHTS_TYPE, (_request: unknown, payload: IncomingMessage, parsed: (error: null, body: Readable) => void) => parsed(null, payload));

  app.post('/v1/models/weights', {
    config: { roles: [] },
    schema: {
      tags,
      summary: 'Upload the weights of a model: the bytes of an ONNX file',
      description: 'Then register the model under the sha256 of the answer. Uploading again is harmless.',
      consumes: [WEIGHTS_TYPE],
      response: { 201: WeightsShape },
    },
  }, async ({ body }, reply) => {
    if (body === undefined || body === null) throw new Failure('body_empty', 'no bytes of a model');
    return reply.code(201).send(await storeWeights(home, body as Readable, maxModelBytes));
  });

  app.put('/v1/models/:name', {
    config: { roles: [] },
    schema: {
      tags,
      summary: 'Register a version of a model, which then is the current one',
      description: 'The weights are tried on a picture first, in a process of their own. Devices that name the model get the new version within seconds.',
      params,
      body: ModelBody,
      response: { 200: ModelShape, 201: ModelShape },
    },
  }, async ({ params: { name }, body, holder }, reply) => {
    const model = described(requireSafeId(name, 'name'), body);
    if (isKnown(name)) throw new Failure('model_version_taken', `${name} comes with the product: choose another name`);
    if (await weightsThere(home, model.sha256) === undefined) throw new Failure('model_unknown', `no weights ${model.sha256} were uploaded`);
    await tryModel(weightsPath(home, model.sha256), model);
    const { created, ...put } = await putModel(pool, model, holder.keyId);
    return reply.code(created ? 201 : 200).send(put);
  });

  app.get('/v1/models', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'All models that a device may name, those of the product first', response: { 200: ModelList } },
  }, async () => ({ models: [...KNOWN_MODELS.map(ofProduct), ...await listModels(pool)] }));

  app.get('/v1/models/:name', {
    config: { roles: ['ops'] },
    schema: { tags, summary: 'One model in its current version', params, response: { 200: ModelShape } },
  }, async ({ params: { name } }) => {
    const known = KNOWN_MODELS.find((model) => model.name === name);
    const model = known ? ofProduct(known) : await findModel(pool, name);
    if (!model) throw new Failure('model_unknown', `no model ${name}`);
    return model;
  });

  app.delete('/v1/models/:name', {
    config: { roles: [] },
    schema: {
      tags,
      summary: 'Remove a model; detections keep the version that made them',
      description: 'Refused with `still_in_use` while a device names it.',
      params,
      response: { 204: Type.Null() },
    },
  }, async ({ params: { name } }, reply) => {
    if (!(await removeModel(pool, name))) throw new Failure('model_unknown', `no registered model ${name}`);
    return reply.code(204).send(null);
  });

  done();
};

/** The name, when a device may have it. Throws `model_unknown`. */
export async function requireModel(db: Queryable, name: string): Promise<string> {
  if (isKnown(name) || await findModel(db, name)) return name;
  throw new Failure('model_unknown', `no model ${name}`);
}

const isKnown = (name: string): boolean => KNOWN_MODELS.some((model) => model.name === name);

const ofProduct = ({ asset: _, ...model }: (typeof KNOWN_MODELS)[number]): Omit<StoredModel, 'registeredAt'> & { registeredAt: null } => ({ ...model, registeredAt: null });

function described(name: string, { version, head, sha256, licence, labels = COCO_LABELS, input = USUAL_INPUT[head], thresholds = USUAL_THRESHOLDS }: ModelBody): ModelDescription {
  if (input.kind === 'within' && head !== 'yolox') throw new Failure('request_malformed', `body.input: only the head yolox takes any size, ${head} needs letterbox or stretch`);
  const sides = input.kind === 'within' ? [input.longSidePixels, input.shortSidePixels] : [input.sidePixels];
  // Its grid has no half cells.
  if (head === 'yolox' && sides.some((side) => side % 32 !== 0)) throw new Failure('request_malformed', 'body.input: the head yolox needs sides that are multiples of 32');
  return { name, version, head, sha256: sha256.toLowerCase(), licence, labels, input, thresholds };
}
