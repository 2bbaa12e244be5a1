/** What a snooze would silence, before it is made: silence that was meant for one camera and took all is found out too late. */
import type { Severity } from '../../contracts/severity.ts';
import { someOf } from '../some-of.ts';

/** A rule that judges a device and that the snooze covers there. */
export interface CoveredPair {
  readonly ruleId: string;
  /** Null for a rule without a name. */
  readonly ruleName: string | null;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly severity: Severity;
}

export type SnoozeWarningCode = 'covers_nothing' | 'covers_devices' | 'covers_rules';

export interface SnoozeWarning {
  readonly code: SnoozeWarningCode;
  /** What it means and how to be more exact. */
  readonly message: string;
}

/** Of a snooze that names this rule and this device, or null for any, and of all that it covers. */
export function snoozeWarnings({ ruleId, deviceId }: { readonly ruleId: string | null; readonly deviceId: string | null }, covered: readonly CoveredPair[]): SnoozeWarning[] {
  if (covered.length === 0) return [{ code: 'covers_nothing', message: 'No rule judges anything here now: it silences only what is assigned later.' }];
  const devices = distinct(covered.map(({ deviceName }) => deviceName), covered.map((pair) => pair.deviceId));
  const rules = distinct(covered.map((pair) => pair.ruleName ?? `rule ${pair.ruleId}`), covered.map((pair) => pair.ruleId));
  return [
    ...(deviceId === null && devices.length > 1
      ? [{ code: 'covers_devices' as const, message: `It silences ${devices.length} devices: ${someOf(devices)}. Name a device if only one is too loud.` }] : []),
    ...(ruleId === null
      ? [{ code: 'covers_rules' as const, message: `It silences every rule${worst(covered)}: ${someOf(rules)}. Name a rule if only one is too loud.` }] : []),
  ];
}

/** Said because people forget that the rule for fire is among them. */
const worst = (covered: readonly CoveredPair[]): string => (covered.some(({ severity }) => severity === 'critical') ? ', also of what is critical' : '');

/** Names of things that differ by id. */
const distinct = (names: readonly string[], ids: readonly string[]): string[] => names.filter((_, index) => ids.indexOf(ids[index]!) === index);
