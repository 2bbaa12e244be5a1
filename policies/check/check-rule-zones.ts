/** Zones that a rule names against those that its devices have. */
import type { Objects } from '../model.ts';
import { percentText } from '../probability.ts';
import type { DeviceSight } from './check-rule.ts';
import type { CheckSubject } from './check-subject.ts';
import { areApart } from './name-cover.ts';
import { nearestName } from '../nearest-name.ts';
import { listed, listedSome } from './object-words.ts';
import { findZone } from './zone-finds.ts';
import type { ZoneFinds } from './zone-finds.ts';

export function checkRuleZones(subject: CheckSubject): void {
  const told = new Map<string, ZoneFinds>();
  const meet = (name: string, at: number): ZoneFinds => {
    let finds = told.get(name);
    if (finds === undefined) {
      // Every device is asked once for each name, however often the rule says it.
      finds = findZone(name, subject.devices);
      told.set(name, finds);
      warnOfMissing(subject, name, at, finds.lacking);
      if (finds.masked.length > 0) {
        subject.problems.add('zone_masked', at, `On ${listedSome(finds.masked)} this zone lies wholly in a mask, in which no rule sees anything; draw one of them anew.`);
      }
    }
    return finds;
  };
  if (subject.devices.length === 0) return;
  for (const node of subject.conditionsOf('objects')) {
    for (const name of node.zones) warnOfUseless(subject, node, name, meet(name, subject.placeOfWord(node, name)));
    for (const name of node.outside) meet(name, subject.placeOfWord(node, name));
  }
  for (const node of subject.conditionsOf('when')) {
    const read = subject.expressionOf(node);
    for (const { of, text } of 'expression' in read ? read.expression.mentions : []) if (of === 'zone') meet(text, subject.placeOfWord(node, text));
  }
}

function warnOfMissing({ problems }: CheckSubject, name: string, at: number, lacking: readonly DeviceSight[]): void {
  if (lacking.length === 0 || problems.isFull('warning')) return;
  const where = listed(lacking.map(({ deviceId }) => deviceId));
  if (lacking.every(({ zones }) => zones.some((zone) => zone.name === name))) {
    problems.add('zone_unknown', at, `${JSON.stringify(name)} is a mask on ${where}, in which no rule sees anything; name a zone.`);
    return;
  }
  const nearest = nearestName(name, [...new Set(lacking.flatMap(({ zones }) => zones.flatMap((zone) => (zone.kind === 'zone' ? [zone.name] : []))))]);
  const mend = nearest === undefined ? 'draw it there, or assign the rule to other devices.' : `did you mean ${JSON.stringify(nearest)}?`;
  problems.add('zone_unknown', at, `There is no zone ${JSON.stringify(name)} on ${where}, and nothing counts as inside it there; ${mend}`);
}

function warnOfUseless(subject: CheckSubject, node: Objects, name: string, { sorts }: ZoneFinds): void {
  const { minSize, select } = node;
  const tooSmall = minSize === null ? [] : sorts.filter(({ largest }) => largest < minSize);
  const otherClasses = sorts.filter(({ classes }) => classes !== null && select.every((selector) => classes.every((own) => areApart(own, selector.name))));
  const where = (found: typeof sorts): string => listed(found.flatMap(({ deviceIds }) => deviceIds));
  if (tooSmall.length > 0) {
    subject.problems.add('zone_too_small', subject.placeOfWord(node, name),
      `On ${where(tooSmall)} this zone is too small for an object of ${percentText(minSize ?? 0)} of the picture; ask for smaller ones, or let the zone take them by where they stand.`);
  }
  if (otherClasses.length > 0) {
    subject.problems.add('zone_other_classes', subject.placeOfWord(node, name),
      `On ${where(otherClasses)} this zone takes other classes only, so nothing that is asked for counts as inside; change the classes of the zone or of the rule.`);
  }
}
