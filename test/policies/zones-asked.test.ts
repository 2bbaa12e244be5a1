import { describe, expect, it } from 'vitest';
import type { Detection } from '../../contracts/detection.ts';
import type { Clause } from '../../contracts/verdict.ts';
import type { Zone } from '../../contracts/zone.ts';
import { allOf, anyOf, classAbove, frames, noneOf, objects, selector, when } from '../../policies/model.ts';
import { zonesAsked, zonesSeenIn } from '../../policies/zones-asked.ts';

const PERSON = [selector('person', '>', 0.8)];
const personIn = (...zones: string[]) => objects(PERSON, { zones });
const clause = (path: string, holds = true): Clause => ({ path, text: '', holds, compared: null, threshold: null });
const holding = (...paths: string[]): Clause[] => paths.map((path) => clause(path));

describe('the zones that a rule asks for', () => {
  it('are those of its conditions, and of the assignment where a condition names none', () => {
    expect(zonesAsked(personIn('Yard', 'Gate'), ['Lawn'], holding('0'))).toEqual({ named: ['Yard', 'Gate'], inside: ['Yard', 'Gate'] });
    expect(zonesAsked(classAbove('person', '>', 0.8), ['Lawn'], holding('0'))).toEqual({ named: ['Lawn'], inside: ['Lawn'] });
    expect(zonesAsked(classAbove('person', '>', 0.8), null, holding('0'))).toEqual({ named: [], inside: [] });
  });

  it('are found in expressions, frames and whatever must not be there', () => {
    const rule = allOf([frames(personIn('Yard'), 2, 3), noneOf([personIn('Office')]), when('objects.exists(o, "Gate" in o.zones)'), objects(PERSON, { zones: ['Lawn'], outside: ['Path'] })]);
    expect(zonesAsked(rule, null, holding('0', '0.0', '0.0.0', '0.1', '0.2', '0.3'))).toEqual({ named: ['Yard', 'Office', 'Gate', 'Lawn', 'Path'], inside: ['Yard', 'Lawn'] });
  });

  it('hold what was seen only where their condition holds and asks for something to be there', () => {
    const either = anyOf([personIn('Yard'), personIn('Gate')]);
    expect(zonesAsked(either, null, [clause('0'), clause('0.0', false), clause('0.1')]).inside).toEqual(['Gate']);
    expect(zonesAsked(either, null, [clause('0', false), clause('0.0'), clause('0.1')]).inside).toEqual([]);
    expect(zonesAsked(objects(PERSON, { zones: ['Yard'], atLeast: 0, atMost: 0 }), null, holding('0'))).toEqual({ named: ['Yard'], inside: [] });
  });

  it('say nothing of where it was seen once a condition that holds takes it from anywhere', () => {
    expect(zonesAsked(anyOf([personIn('Yard'), classAbove('person', '>', 0.8)]), null, holding('0', '0.0', '0.1'))).toEqual({ named: ['Yard'], inside: [] });
  });
});

describe('the zones in which something was seen', () => {
  const zone = (name: string, left: number, more: Partial<Zone> = {}): Zone =>
    ({ name, kind: 'zone', polygon: [[left, 0], [left + 0.5, 0], [left + 0.5, 1], [left, 1]], anchor: 'bottom-centre', classes: null, ...more });
  const at = (x: number, label = 'Person'): Detection => ({ label, score: 0.9, probability: 0.9, box: [x, 100, 20, 50] });
  const SIZE = { width: 200, height: 200 };
  const ZONES = [zone('Gate', 0.5), zone('Yard', 0)];

  it('are those of them that hold it', () => {
    expect(zonesSeenIn(['Yard', 'Gate'], ZONES, [at(150)], SIZE)).toEqual(['Gate']);
    expect(zonesSeenIn(['Yard', 'Gate'], ZONES, [at(10), at(150)], SIZE)).toEqual(['Yard', 'Gate']);
    expect(zonesSeenIn(['Yard'], ZONES, [at(150)], SIZE)).toEqual(['Yard']);
  });

  it('are all of them where none holds it, or none is known', () => {
    expect(zonesSeenIn(['Yard', 'Gate'], [zone('Yard', 0, { classes: ['dog'] })], [at(10)], SIZE)).toEqual(['Yard', 'Gate']);
    expect(zonesSeenIn(['Yard', 'Gate'], [], [at(10)], SIZE)).toEqual(['Yard', 'Gate']);
    expect(zonesSeenIn(['Yard', 'Gate'], ZONES, [], SIZE)).toEqual(['Yard', 'Gate']);
    expect(zonesSeenIn([], ZONES, [at(10)], SIZE)).toEqual([]);
  });
});
