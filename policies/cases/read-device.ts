/** The device of a file of cases: its time zone and its zones, which must be such as could be saved. */
import { isTimeZone } from '../../contracts/time.ts';
import type { Anchor, Zone } from '../../contracts/zone.ts';
import { checkZones } from '../check/check-zones.ts';
import { quoted } from '../language/problems.ts';
import type { ProblemList } from '../language/problems.ts';
import { startOf } from '../language/span.ts';
import { textIn, textOf, textsOf } from '../language/yaml-fields.ts';
import type { YamlNode } from '../language/yaml-node.ts';
import { mappingFields, readNumbers, readShare, required } from './case-fields.ts';
import type { CaseDevice } from './case-file.ts';

export const DEFAULT_DEVICE: CaseDevice = Object.freeze({ timeZone: 'UTC', zones: Object.freeze([]) });

export function readDevice(node: YamlNode, source: string, problems: ProblemList): CaseDevice | undefined {
  const fields = mappingFields(node, ['timeZone', 'zones'], 'A device', source, problems);
  if (fields === undefined) return undefined;
  const [zoneEntry, list] = [fields.get('timeZone'), fields.get('zones')?.value];
  const timeZone = zoneEntry === undefined ? DEFAULT_DEVICE.timeZone : readTimeZone(zoneEntry.value, problems);
  if (list === undefined) return timeZone === undefined ? undefined : { timeZone, zones: [] };
  if (list.kind !== 'list') {
    problems.add('value_malformed', list.offset, 'zones: is a list; write - { name: yard, polygon: [[0, 0.5], [1, 0.5], [1, 1]] }.');
    return undefined;
  }
  const zones = list.items.map((item) => readZone(item, source, problems));
  const known = zones.filter((zone) => zone !== undefined);
  if (timeZone === undefined || known.length < zones.length) return undefined;
  for (const { index, message } of checkZones(known)) problems.add('value_malformed', list.items[index ?? 0]?.offset ?? list.offset, message);
  return { timeZone, zones: known };
}

function readTimeZone(node: YamlNode, problems: ProblemList): string | undefined {
  const text = textOf(node, 'A time zone', 'timeZone: Europe/Berlin', problems);
  if (text === undefined || isTimeZone(text.text.trim())) return text?.text.trim();
  problems.add('value_malformed', startOf(text), `${quoted(text.text)} is no IANA time zone name; write such as Europe/Berlin.`);
  return undefined;
}

function readZone(node: YamlNode, source: string, problems: ProblemList): Zone | undefined {
  const fields = mappingFields(node, ['name', 'kind', 'polygon', 'anchor', 'overlap', 'classes'], 'A zone', source, problems);
  if (fields === undefined) return undefined;
  const word = (key: string, usual: string, known: readonly string[]): string => {
    const text = textIn(fields, key, key, `${key}: ${usual}`, problems);
    if (text === undefined || known.includes(text.text.trim())) return text?.text.trim() ?? usual;
    problems.add('value_malformed', startOf(text), `${quoted(text.text)} is no ${key}; write one of ${known.join(', ')}.`);
    return usual;
  };
  const name = required(fields, 'name', node, 'This zone has no name; add name: yard.', problems);
  const polygon = required(fields, 'polygon', node, 'This zone has no polygon; add polygon: with its corners.', problems);
  const nameText = name && textOf(name, 'The name of the zone', 'name: yard', problems);
  const corners = polygon && readPolygon(polygon, problems);
  const [kind, anchor, classes] = [word('kind', 'zone', ['zone', 'mask']), word('anchor', 'bottom-centre', ['bottom-centre', 'centre']), fields.get('classes')];
  const overlapText = textIn(fields, 'overlap', 'An overlap', 'overlap: 50%', problems);
  const share = overlapText && readShare(overlapText, problems);
  return nameText && corners && {
    name: nameText.text.trim(),
    kind: kind as Zone['kind'],
    polygon: corners,
    anchor: share === undefined ? anchor as Anchor : { overlap: share },
    classes: classes === undefined ? null : textsOf(classes.value, 'A class', 'person', problems).map(({ text }) => text.trim()),
  };
}

function readPolygon(node: YamlNode, problems: ProblemList): (readonly [number, number])[] | undefined {
  const corners = node.kind === 'list' ? node.items.map((item) => readNumbers(item, ['x', 'y'], 'A corner', problems)) : [];
  if (node.kind !== 'list') problems.add('value_malformed', node.offset, 'polygon: is a list of corners; write [[0, 0.5], [1, 0.5], [1, 1]].');
  const known = corners.filter((corner) => corner !== undefined);
  return known.length < corners.length ? undefined : known.map(([x = 0, y = 0]) => [x, y] as const);
}
