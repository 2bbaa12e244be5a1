/** One zone name looked up on many devices: who lacks it, where it can hold nothing, and what sorts of it there are. */
import type { Zone } from '../../contracts/zone.ts';
import { canonicalClass } from '../class-names.ts';
import { areaOf } from '../zones.ts';
import type { DeviceSight } from './check-rule.ts';
import { liesWithin } from './zone-geometry.ts';

/** Zones of one name that take the same. */
export interface ZoneSort {
  /** The largest object that can count as inside, as a share of the picture. */
  readonly largest: number;
  /** Canonical; null: any. */
  readonly classes: readonly string[] | null;
  readonly deviceIds: string[];
}

export interface ZoneFinds {
  readonly lacking: readonly DeviceSight[];
  /** Ids of devices on which it lies wholly in a mask; a few are enough. */
  readonly masked: readonly string[];
  readonly sorts: readonly ZoneSort[];
}

/** More than are named. Holding one polygon against another is the dearest thing that the check does. */
const MAX_MASKED = 4;

export function findZone(name: string, devices: readonly DeviceSight[]): ZoneFinds {
  const lacking: DeviceSight[] = [];
  const masked: string[] = [];
  const sorts = new Map<string, ZoneSort>();
  for (const device of devices) {
    const { deviceId, zones } = device;
    const zone = zones.find((candidate) => candidate.name === name);
    if (zone?.kind !== 'zone') {
      lacking.push(device);
      continue;
    }
    if (masked.length < MAX_MASKED && zones.some((mask) => hides(mask, zone))) masked.push(deviceId);
    const sort = { largest: largestIn(zone), classes: zone.classes?.map(canonicalClass) ?? null, deviceIds: [] };
    const key = JSON.stringify(sort);
    if (!sorts.has(key)) sorts.set(key, sort);
    sorts.get(key)?.deviceIds.push(deviceId);
  }
  return { lacking, masked, sorts: [...sorts.values()] };
}

/** Whatever counts as inside the zone counts as inside the mask. */
function hides(mask: Zone, zone: Zone): boolean {
  if (mask.kind !== 'mask' || mask.classes !== null) return false;
  const isSameAnchor = typeof mask.anchor === 'object' ? typeof zone.anchor === 'object' && mask.anchor.overlap <= zone.anchor.overlap : mask.anchor === zone.anchor;
  return isSameAnchor && liesWithin(zone.polygon, mask.polygon);
}

/** By its anchor point, an object of any size can be inside. */
const largestIn = ({ anchor, polygon }: Zone): number => (typeof anchor === 'object' ? areaOf(polygon) / anchor.overlap : 1);
