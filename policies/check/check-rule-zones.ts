/** Zones that a rule names against those that its devices have. */
import type { Zone } from '../../contracts/zone.ts';
import type { Objects } from '../model.ts';
import { percentText } from '../probability.ts';
import type { DeviceSight } from './check-rule.ts';
import type { CheckSubject } from './check-subject.ts';
import { areApart } from './name-cover.ts';
import { nearestClass } from './nearest-class.ts';
import { listed } from './object-words.ts';
import { areaOf, liesWithin } from './zone-geometry.ts';

export function checkRuleZones(subject: CheckSubject): void {
  const devices = subject.devices.map((device) => ({ device, zones: new Map(device.zones.map((zone) => [zone.name, zone])) }));
  const told = new Set<string>();
  for (const node of subject.conditionsOf('objects')) {
    for (const name of new Set([...node.zones, ...node.outside])) {
      const at = subject.placeOfWord(node, name);
      if (!told.has(name)) warnOfMissing(subject, name, at, devices.filter(({ zones }) => zones.get(name)?.kind !== 'zone').map(({ device }) => device));
      told.add(name);
      if (!node.zones.includes(name)) continue;
      const having = devices.flatMap(({ device, zones }) => {
        const zone = zones.get(name);
        return zone?.kind === 'zone' ? [{ device, zone }] : [];
      });
      warnOfUseless(subject, node, at, having);
    }
  }
}

function warnOfMissing({ problems }: CheckSubject, name: string, at: number, lacking: readonly DeviceSight[]): void {
  if (lacking.length === 0 || problems.isFull('warning')) return;
  const where = listed(lacking.map(({ deviceId }) => deviceId));
  if (lacking.every(({ zones }) => zones.some((zone) => zone.name === name))) {
    problems.add('zone_unknown', at, `${JSON.stringify(name)} is a mask on ${where}, in which no rule sees anything; name a zone.`);
    return;
  }
  const nearest = nearestClass(name, [...new Set(lacking.flatMap(({ zones }) => zones.flatMap((zone) => (zone.kind === 'zone' ? [zone.name] : []))))]);
  const mend = nearest === undefined ? 'draw it there, or assign the rule to other devices.' : `did you mean ${JSON.stringify(nearest)}?`;
  problems.add('zone_unknown', at, `${where} ${lacking.length === 1 ? 'has' : 'have'} no zone ${JSON.stringify(name)}, and nothing counts as inside it there; ${mend}`);
}

interface Having {
  readonly device: DeviceSight;
  readonly zone: Zone;
}

function warnOfUseless({ problems }: CheckSubject, node: Objects, at: number, having: readonly Having[]): void {
  const devicesWhere = (isSo: (having: Having) => boolean): string | null => {
    const found = problems.isFull('warning') ? [] : having.filter(isSo);
    return found.length === 0 ? null : listed(found.map(({ device }) => device.deviceId));
  };
  const masked = devicesWhere(({ device, zone }) => device.zones.some((mask) => hides(mask, zone)));
  if (masked !== null) problems.add('zone_masked', at, `On ${masked} this zone lies wholly in a mask, in which no rule sees anything; draw one of them anew.`);
  const { minSize } = node;
  const tooSmall = minSize === null ? null : devicesWhere(({ zone }) => largestIn(zone) < minSize);
  if (tooSmall !== null) {
    problems.add('zone_too_small', at, `On ${tooSmall} this zone is too small for an object of ${percentText(minSize ?? 0)} of the picture; ask for smaller ones, or let the zone take them by where they stand.`);
  }
  const otherClasses = devicesWhere(({ zone: { classes } }) => classes !== null && node.select.every(({ name }) => classes.every((own) => areApart(own, name))));
  if (otherClasses !== null) {
    problems.add('zone_other_classes', at, `On ${otherClasses} this zone takes other classes only, so nothing that is asked for counts as inside; change the classes of the zone or of the rule.`);
  }
}

/** Whatever counts as inside the zone counts as inside the mask. */
function hides(mask: Zone, zone: Zone): boolean {
  if (mask.kind !== 'mask' || mask.classes !== null) return false;
  const sameAnchor = typeof mask.anchor === 'object' ? typeof zone.anchor === 'object' && mask.anchor.overlap <= zone.anchor.overlap : mask.anchor === zone.anchor;
  return sameAnchor && liesWithin(zone.polygon, mask.polygon);
}

/** The largest object that can count as inside, as a share of the picture. By its anchor point, any can. */
const largestIn = ({ anchor, polygon }: Zone): number => (typeof anchor === 'object' ? areaOf(polygon) / anchor.overlap : 1);
