/**
 * Gives a YOLOX model in ONNX form an input of free height and width. The network is fully convolutional, only its declaration names 416x416;
 * so the declared shapes are replaced and the shapes noted inside (value_info), which would contradict them, are dropped. The result is checked
 * against the manifest like everything else.
 * Wire format: protobuf.dev/programming-guides/encoding; field numbers: onnx/onnx.proto (ModelProto.graph 7; GraphProto.input 11, output 12, value_info 13).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LENGTH_DELIMITED = 2;
const MODEL_GRAPH = 7;
const GRAPH = { input: 11, output: 12, valueInfo: 13 };
const FLOAT_TENSOR = 1;

/** @param {number} value @returns {Buffer} */
function varint(value) {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

/** @param {number} number @param {Buffer} body */
const field = (number, body) => Buffer.concat([varint((number << 3) | LENGTH_DELIMITED), varint(body.length), body]);
/** @param {number} number @param {number} value */
const scalar = (number, value) => Buffer.concat([varint(number << 3), varint(value)]);

/**
 * ValueInfoProto of a float tensor; a dimension is a size or, for a free one, a name.
 * @param {string} name @param {(number | string)[]} dimensions
 */
function tensorDeclaration(name, dimensions) {
  const shape = dimensions.map((size) => field(1, typeof size === 'number' ? scalar(1, size) : field(2, Buffer.from(size))));
  const tensor = Buffer.concat([scalar(1, FLOAT_TENSOR), field(2, Buffer.concat(shape))]);
  return Buffer.concat([field(1, Buffer.from(name)), field(2, field(1, tensor))]);
}

/**
 * Splits a message into its fields, each with its whole bytes.
 * @param {Buffer} message
 * @returns {{ number: number, whole: Buffer, body: Buffer }[]}
 */
function fieldsOf(message) {
  const fields = [];
  let at = 0;
  const readVarint = () => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = message[at];
      if (byte === undefined) throw new Error('the model ends within a number');
      at += 1;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const start = at;
    const key = readVarint();
    const wireType = key % 8;
    if (wireType !== LENGTH_DELIMITED && wireType !== 0) throw new Error(`the model has a field of wire type ${wireType}`);
    const length = readVarint();
    const bodyStart = at;
    if (wireType === LENGTH_DELIMITED) at += length;
    fields.push({ number: Math.floor(key / 8), whole: message.subarray(start, at), body: message.subarray(bodyStart, at) });
  }
  return fields;
}

/** @param {Buffer} graph */
function withFreeInput(graph) {
  const kept = fieldsOf(graph).filter(({ number }) => number !== GRAPH.valueInfo);
  return Buffer.concat(
    kept.map(({ number, whole }) => {
      if (number === GRAPH.input) return field(number, tensorDeclaration('images', [1, 3, 'height', 'width']));
      if (number === GRAPH.output) return field(number, tensorDeclaration('output', [1, 'anchors', 85]));
      return whole;
    }),
  );
}

/**
 * @param {string} modelPath
 * @param {string} dir an empty folder to work in
 * @returns {string} path of the new model
 */
export function deriveDynamicInput(modelPath, dir) {
  const model = fieldsOf(readFileSync(modelPath)).map(({ number, whole, body }) => (number === MODEL_GRAPH ? field(number, withFreeInput(body)) : whole));
  const path = join(dir, 'derived.onnx');
  writeFileSync(path, Buffer.concat(model));
  return path;
}
