/** The frames of a case: one after the other, or stretches in which the same objects are seen. */
import { quoted } from '../language/problems.ts';
import type { ProblemList } from '../language/problems.ts';
import { readDuration } from '../language/read-duration.ts';
import { readClassName } from '../language/read-name.ts';
import { startOf } from '../language/span.ts';
import { textOf } from '../language/yaml-fields.ts';
import type { YamlEntry, YamlNode } from '../language/yaml-node.ts';
import { mappingFields, readNumbers, readShare } from './case-fields.ts';
import { MAX_CASE_FRAMES } from './case-file.ts';
import type { CaseObject, Stretch } from './case-file.ts';

const EXAMPLE = '{ person: 85%, at: [0.1, 0.6, 0.05, 0.2] }';
type Move = CaseObject['move'];
const STILL: Move = Object.freeze([0, 0] as const);

export function readStretches(node: YamlNode, everyMs: number, source: string, problems: ProblemList): readonly Stretch[] | undefined {
  if (node.kind !== 'list' || node.items.length === 0) {
    problems.add('value_malformed', node.offset, `frames: is a list; write - [${EXAMPLE}] for a frame, or - { repeat: 20, objects: [${EXAMPLE}] } for several.`);
    return undefined;
  }
  const stretches = node.items.map((item) => readStretch(item, everyMs, source, problems));
  const known = stretches.filter((stretch) => stretch !== undefined);
  const count = known.reduce((sum, stretch) => sum + (stretch.kind === 'frames' ? stretch.count : 0), 0);
  if (count > MAX_CASE_FRAMES) problems.add('rule_too_large', node.offset, `A case has at most ${MAX_CASE_FRAMES} frames, and this one has ${count}; take fewer, or more time between them.`);
  else if (count === 0 && known.length === stretches.length) problems.add('value_malformed', node.offset, 'A case needs at least one frame; write - [] for one that shows nothing.');
  return known.length < stretches.length ? undefined : known;
}

function readStretch(node: YamlNode, everyMs: number, source: string, problems: ProblemList): Stretch | undefined {
  if (node.kind === 'list') {
    const objects = readObjects(node, STILL, problems);
    return objects && { kind: 'frames', count: 1, objects };
  }
  const fields = mappingFields(node, ['repeat', 'for', 'pause', 'move', 'objects'], 'A stretch of frames', source, problems);
  if (fields === undefined) return undefined;
  const [repeat, lasting, pause, moved, objects] = ['repeat', 'for', 'pause', 'move', 'objects'].map((key) => fields.get(key)?.value);
  if (pause !== undefined) {
    if (fields.size > 1) problems.add('value_malformed', node.offset, 'A pause is a while without any frame; put what is seen before or after it into an item of its own.');
    const ms = readTime(pause, problems);
    return ms === undefined ? undefined : { kind: 'pause', ms };
  }
  if ((repeat === undefined) === (lasting === undefined)) {
    problems.add('key_missing', node.offset, 'A stretch has a number of frames, or a time; write repeat: 20, or for: 10 s.');
    return undefined;
  }
  const count = repeat === undefined ? framesIn(lasting as YamlNode, everyMs, problems) : readCount(repeat, problems);
  const move = moved === undefined ? STILL : readMove(moved, problems);
  const seen = objects === undefined ? [] : readObjects(objects, move ?? STILL, problems);
  return count === undefined || move === undefined || seen === undefined ? undefined : { kind: 'frames', count, objects: seen };
}

const readMove = (node: YamlNode, problems: ProblemList): Move | undefined => {
  const [x, y] = readNumbers(node, ['right', 'down'], 'A move from frame to frame', problems) ?? [];
  return x === undefined || y === undefined ? undefined : [x, y];
};

function readTime(node: YamlNode, problems: ProblemList): number | undefined {
  const text = textOf(node, 'A length of time', '10 s', problems);
  return text && readDuration(text, problems);
}

/** As many as are taken in that time: with a frame each second, 10 s are ten frames. */
function framesIn(node: YamlNode, everyMs: number, problems: ProblemList): number | undefined {
  const ms = readTime(node, problems);
  if (ms === undefined || ms >= everyMs) return ms === undefined ? undefined : Math.floor(ms / everyMs);
  problems.add('value_malformed', node.offset, 'No frame is taken in so short a time; make it longer, or take less time between frames.');
  return undefined;
}

function readCount(node: YamlNode, problems: ProblemList): number | undefined {
  const text = textOf(node, 'A number of frames', 'repeat: 20', problems);
  if (text === undefined) return undefined;
  if (/^\s*[1-9]\d{0,8}\s*$/.test(text.text)) return Number(text.text);
  problems.add('value_malformed', startOf(text), `${quoted(text.text)} is no number of frames; write such as repeat: 20.`);
  return undefined;
}

function readObjects(node: YamlNode, move: Move, problems: ProblemList): readonly CaseObject[] | undefined {
  if (node.kind !== 'list') {
    problems.add('value_malformed', node.offset, `objects: is a list of what is seen; write [${EXAMPLE}], or [] for nothing.`);
    return undefined;
  }
  const objects = node.items.map((item) => readObject(item, move, problems));
  const known = objects.filter((object) => object !== undefined);
  return known.length < objects.length ? undefined : known;
}

function readObject(node: YamlNode, move: Move, problems: ProblemList): CaseObject | undefined {
  const entries = node.kind === 'mapping' ? node.entries : [];
  const valueOf = (name: string): YamlNode | undefined => entries.find(({ key }) => key.text === name)?.value;
  const [classEntry, second]: readonly YamlEntry[] = entries.filter(({ key }) => key.text !== 'at' && key.text !== 'move');
  const [at, own] = [valueOf('at'), valueOf('move')];
  if (classEntry === undefined || second !== undefined || at === undefined) {
    problems.add('value_malformed', second?.key.offset ?? node.offset, `An object is one class with its probability, and where it is: ${EXAMPLE}.`);
    return undefined;
  }
  const name = readClassName(classEntry.key, 'one for each object', problems);
  const probability = textOf(classEntry.value, 'A probability', '85%', problems);
  const share = probability && readShare(probability, problems);
  const [x, y, width, height] = readNumbers(at, ['x', 'y', 'width', 'height'], 'The box of an object', problems) ?? [];
  const ownMove = own === undefined ? move : readMove(own, problems);
  if (name === undefined || share === undefined || x === undefined || y === undefined || width === undefined || height === undefined || ownMove === undefined) return undefined;
  if (width <= 0 || height <= 0) problems.add('value_malformed', at.offset, 'A box has a width and a height above 0; write at: [x, y, width, height].');
  return { label: name.label, probability: share, at: [x, y, width, height], move: ownMove };
}
