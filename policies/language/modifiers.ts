/** What can be said of objects beside which they are: as the text says it, or as it comes down from any, all and none around them. */
import type { Objects } from '../model.ts';
import { quoted } from './problems.ts';
import { readDuration } from './read-duration.ts';
import { readZoneName } from './read-name.ts';
import { readClassNames } from './read-selectors.ts';
import { readSize } from './read-size.ts';
import { readThreshold } from './read-threshold.ts';
import type { Threshold } from './read-threshold.ts';
import type { Reading } from './reading.ts';
import { startOf } from './span.ts';
import { textIn, textsOf } from './yaml-fields.ts';
import type { Fields } from './yaml-fields.ts';
import type { YamlNode } from './yaml-node.ts';

export interface Modifiers extends Pick<Objects, 'except' | 'zones' | 'outside' | 'minSize' | 'maxSize' | 'dwellMs' | 'motion'> {
  readonly probability: Threshold;
}

/** Where nobody says how sure the detector must be, the object is more likely there than not. */
export const USUAL: Modifiers = Object.freeze({
  probability: Object.freeze({ comparison: '>=', probability: 0.5 }), except: [], zones: [], outside: [], minSize: null, maxSize: null, dwellMs: 0, motion: 'any',
});

/** What the keys here say, and what came down for the rest. A key with a problem says nothing. */
export function readModifiers(fields: Fields, above: Modifiers, reading: Reading): Modifiers {
  const { problems } = reading;
  const said = <T>(key: string, read: (node: YamlNode) => T | undefined): T | undefined => {
    const entry = fields.get(key);
    return entry && read(entry.value);
  };
  const probabilityText = textIn(fields, 'probability', 'A probability', '60% or "> 80%"', problems);
  const sizeText = textIn(fields, 'size', 'A size', '1% - 50%', problems);
  const dwellText = textIn(fields, 'dwell', 'A length of time', '10 s', problems);
  const probability = probabilityText && readThreshold(probabilityText, null, problems);
  const size = sizeText && readSize(sizeText, problems);
  const dwellMs = dwellText && readDuration(dwellText, problems);
  return {
    probability: probability ?? above.probability,
    except: said('except', (node) => readClassNames(node, reading)) ?? above.except,
    zones: said('zone', (node) => readZones(node, reading)) ?? above.zones,
    outside: said('outside', (node) => readZones(node, reading)) ?? above.outside,
    ...(size ?? { minSize: above.minSize, maxSize: above.maxSize }),
    dwellMs: dwellMs ?? above.dwellMs,
    motion: readMotion(fields, above.motion, reading),
  };
}

function readZones(node: YamlNode, { problems }: Reading): readonly string[] {
  const names = new Set<string>();
  for (const text of textsOf(node, 'The name of a zone', 'yard', problems)) {
    const name = readZoneName(text, problems);
    if (name === undefined) continue;
    if (names.has(name)) problems.add('value_repeated', startOf(text), `${quoted(name)} stands here already; once is enough.`);
    names.add(name);
  }
  return [...names];
}

function readMotion(fields: Fields, above: Objects['motion'], reading: Reading): Objects['motion'] {
  const arrival = readTruth(fields, 'arrival', reading);
  const departure = readTruth(fields, 'departure', reading);
  if (arrival === true && departure === true) {
    reading.problems.add('value_malformed', fields.get('departure')?.key.offset ?? 0, 'Nothing arrives and leaves on one frame; keep arrival or departure, or write two conditions under any.');
  }
  if (departure === true) return 'departure';
  if (arrival === true) return 'arrival';
  const undone = (above === 'arrival' && arrival === false) || (above === 'departure' && departure === false);
  return undone ? 'any' : above;
}

function readTruth(fields: Fields, key: string, { problems }: Reading): boolean | undefined {
  const text = textIn(fields, key, quoted(key), 'true', problems);
  if (text === undefined) return undefined;
  const word = text.text.trim().toLowerCase();
  if (word === 'true' || word === 'false') return word === 'true';
  problems.add('value_malformed', startOf(text), `${quoted(key)} is true or false, not ${quoted(text.text)}; did you mean true?`);
  return undefined;
}
