/** Zones: named parts of a device's view that rules speak of, and masks, in which rules see nothing. */
import type { Polygon } from './device.ts';

/**
 * When an object counts as inside. `bottom-centre`: where it stands, right for people and vehicles on the ground. `centre`: of its box,
 * right for what flies or is seen from above. An overlap: that share of its box, 0..1, lies inside.
 */
export type Anchor = 'bottom-centre' | 'centre' | { readonly overlap: number };

export interface Zone {
  /** What rules call it; one zone per name and device. */
  readonly name: string;
  /** `mask`: what is inside is not there for any rule. */
  readonly kind: 'zone' | 'mask';
  readonly polygon: Polygon;
  readonly anchor: Anchor;
  /** Only objects of these classes or groups count as inside; null: any. */
  readonly classes: readonly string[] | null;
}

/** The engine keeps one bit per zone of a device in a number; nobody draws more. */
export const MAX_ZONES = 30;
