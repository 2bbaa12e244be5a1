/** Rules made by hand and what they are held against, for tests of the check. */
import { readFileSync } from 'node:fs';
import { checkRule } from '../../../policies/check/check-rule.ts';
import type { DeviceSight, ModelSight, Sights } from '../../../policies/check/check-rule.ts';
import type { ParsedRule } from '../../../policies/language/parsed-rule.ts';
import type { Condition } from '../../../policies/model.ts';
import type { Zone } from '../../../contracts/zone.ts';

export const COCO_LABELS = JSON.parse(readFileSync(new URL('../../../assets/coco80.json', import.meta.url), 'utf8')) as string[];

export const model = (name: string, labels: readonly string[], highest = 0.95): ModelSight => ({ name, labels, highest: () => highest });
export const COCO = model('yolox-nano', COCO_LABELS);

export const NOBODY: Sights = { models: [COCO], devices: [] };

export const zone = (name: string, over: Partial<Zone> = {}): Zone =>
  ({ name, kind: 'zone', polygon: [[0, 0.5], [1, 0.5], [1, 1], [0, 1]], anchor: 'bottom-centre', classes: null, ...over });

export const device = (deviceId: string, over: Partial<DeviceSight> = {}): DeviceSight =>
  ({ deviceId, model: 'yolox-nano', timeZone: 'Europe/Berlin', zones: [], assignedZones: null, ...over });

/** As the reader would hand it on; `source` and `places` matter to tests of places only. */
export function parsed(condition: Condition, source = '', places: ReadonlyMap<Condition, number> = new Map()): ParsedRule {
  const mentions = namesIn(condition).map((label) => ({ written: label, label, offset: Math.max(0, source.indexOf(label)) }));
  return { source, rule: { ruleId: '1', name: null, severity: null, condition }, mentions, places, problems: [] };
}

function namesIn(node: Condition): string[] {
  if (node.kind === 'objects') return [...node.select.map(({ name }) => name), ...node.except];
  if (node.kind === 'frames') return namesIn(node.child);
  return 'children' in node ? node.children.flatMap(namesIn) : [];
}

export const codesOf = (condition: Condition, sights: Sights = NOBODY): string[] => checkRule(parsed(condition), sights).map(({ code }) => code);
