/** Rules and what they are held against, for tests of the check. */
import { readFileSync } from 'node:fs';
import { checkRule } from '../../../policies/check/check-rule.ts';
import type { DeviceSight, ModelSight, Sights } from '../../../policies/check/check-rule.ts';
import type { ParsedRule } from '../../../policies/language/parsed-rule.ts';
import { printYaml } from '../../../policies/language/print-yaml.ts';
import { readRule } from '../../../policies/language/read-rule.ts';
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

/** Through its text, as every rule comes. */
export const parsed = (condition: Condition): ParsedRule => readRule(printYaml({ ruleId: '1', name: null, severity: null, condition }));

export const codesOf = (condition: Condition, sights: Sights = NOBODY): string[] => checkRule(parsed(condition), sights).map(({ code }) => code);
