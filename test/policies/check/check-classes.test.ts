import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkRule } from '../../../policies/check/check-rule.ts';
import type { ModelSight } from '../../../policies/check/check-rule.ts';
import { parseOneLine } from '../../../policies/language/parse-one-line.ts';

const model = (name: string, labels: readonly string[]): ModelSight => ({ name, labels, highest: () => 1 });
const COCO = model('yolox-nano', JSON.parse(readFileSync(new URL('../../../assets/coco80.json', import.meta.url), 'utf8')) as string[]);
/** How Darknet and Pascal VOC name the same things. */
const VOC = model('voc', ['aeroplane', 'motorbike', 'sofa', 'diningtable', 'pottedplant', 'tvmonitor', 'person']);

const check = (classes: string, models = [COCO]) => checkRule(parseOneLine(`RuleID: 1 | Unsafe Class: ${classes} | ALL with probability>80%`), { models, devices: [] }).filter(({ code }) => code === 'class_unknown');

describe('classes against the labels of a model', () => {
  it.each(['Dog', 'DOG', 'Traffic Light', 'traffic_light', 'People', 'Motorbike', 'aeroplane', 'Sofa', 'mobile phone'])('knows %s on COCO', (name) => {
    expect(check(name)).toEqual([]);
  });

  it('warns loudly of the raccoon, which no COCO model knows, and guesses no balloon', () => {
    expect(check('Dog, Cat, Racoon')).toEqual([
      {
        severity: 'warning',
        code: 'class_unknown',
        message: '"Racoon" (read as "raccoon") is no class of yolox-nano, so it can never match there; take it out, or use a model that has it.',
        line: 1,
        column: 37,
      },
    ]);
  });

  it.each([
    ['persn', 'person'],
    ['Pesron', 'person'],
    ['brid', 'bird'],
    ['bycicle', 'bicycle'],
    ['zebras', 'zebra'],
    ['ball', 'sports ball'],
    ['umbrela', 'umbrella'],
  ])('asks of %s whether %s was meant', (written, meant) => {
    expect(check(written)[0]?.message).toMatch(new RegExp(`did you mean "${meant}"\\?$`));
  });

  it.each(['unicorn', 'fox', 'xy', 'weapon'])('guesses nothing for %s, which is near to nothing', (written) => {
    expect(check(written)[0]?.message).toMatch(/take it out, or use a model that has it\.$/);
  });

  it('asks for a comma where two classes stand as one', () => {
    expect(check('Dog and Cat')[0]?.message).toContain('put a comma');
    expect(check('dog/cat')[0]?.message).toContain('put a comma');
  });

  it('is content when one of several models knows the class', () => {
    const birds = model('birds-v2', ['raccoon']);
    expect(check('Racoon, Dog', [COCO, birds])).toEqual([]);
    expect(check('Fox', [COCO, birds])[0]?.message).toContain('no class of yolox-nano, birds-v2');
  });

  it('reads labels that a model spells its own way', () => {
    expect(check('Motorcycle, airplane, couch, tv, dining table', [VOC])).toEqual([]);
  });

  it('says nothing while there is no model to compare with', () => {
    expect(check('unicorn', [])).toEqual([]);
  });

  it('looks at classes also in a rule that has errors, so that an admin sees everything at once', () => {
    expect(checkRule(parseOneLine('RuleID: 1 | Unsafe Class: Racoon | ALL with probability>100%'), { models: [COCO], devices: [] })).toMatchObject([{ code: 'class_unknown' }]);
  });

  it('stops at twenty warnings, of which one is that all are unknown: a list of hundreds of unknown words is not compared with every label', () => {
    expect(check(Array.from({ length: 500 }, (_, index) => `word${index}`).join(','))).toHaveLength(19);
  });
});
