/** What a row of matches makes of the incidents that are known: decided one after the other, written down together. Pure. */
import { uuidv7 } from 'uuidv7';
import type { DecidedMatch, Decision, GroupMatch, MatchToDecide } from '../../activities/alert.ts';
import { compareSeverity } from '../../contracts/severity.ts';
import type { Severity } from '../../contracts/severity.ts';
import type { Instant } from '../../contracts/time.ts';
import { withMatch } from '../../policies/incident-grouping.ts';
import type { ClosedIncident, OpenIncident } from '../../policies/incident-grouping.ts';
import type { ContactToTell } from './contacts.ts';

/** An incident as the plan leaves it. */
export interface PlannedIncident extends OpenIncident {
  readonly incidentId: string;
  /** The worst of its matches so far. */
  readonly severity: Severity;
  /** Null for one that was in the ledger before. */
  readonly openedBy: MatchToDecide | null;
  /** Matches that this plan adds. */
  readonly matches: number;
  readonly closed: boolean;
}

/** What the ledger knows of one user, rule and device. */
export interface IncidentLine {
  readonly open: (OpenIncident & { readonly incidentId: string; readonly severity: Severity }) | null;
  readonly lastClosed: (ClosedIncident & Pick<OpenIncident, 'openedAt'>) | null;
}

export interface IncidentPlan {
  readonly decided: readonly DecidedMatch[];
  /** Those that were opened, joined or closed. */
  readonly incidents: readonly PlannedIncident[];
}

/** Of one user, rule and device: what is decided one after the other, whatever workers do. */
export const lineOf = ({ frame, verdict }: MatchToDecide): string => [frame.userId, verdict.ruleId, frame.deviceId].join('\n');

/** `matches` in capture order per device. */
export function planIncidents(
  matches: readonly MatchToDecide[], known: ReadonlyMap<string, IncidentLine>, contactsOf: (userId: string) => readonly ContactToTell[], group: GroupMatch,
): IncidentPlan {
  const lines = new Map<string, { open: PlannedIncident | null; lastClosed: IncidentLine['lastClosed'] }>();
  const touched = new Map<string, PlannedIncident>();
  const put = (incident: PlannedIncident): PlannedIncident => {
    touched.set(incident.incidentId, incident);
    return incident;
  };

  const decide = (match: MatchToDecide): Decision => {
    const key = lineOf(match);
    const line = lines.get(key) ?? begin(known.get(key));
    lines.set(key, line);
    const grouping = group(line, match);
    const { frame: { capturedAt }, verdict: { severity } } = match;
    if (grouping.kind === 'suppress') return { kind: 'suppressed', cause: grouping.cause };
    if (grouping.kind === 'join' && line.open) {
      line.open = put({ ...line.open, ...withMatch(line.open, capturedAt), severity: worse(line.open.severity, severity), matches: line.open.matches + 1 });
      return { kind: 'joined', incidentId: line.open.incidentId };
    }
    // An incident that nobody can be told of would only hold back the alert that comes once a contact is there.
    if (contactsOf(match.frame.userId).length === 0) return { kind: 'suppressed', cause: 'no_contact' };
    if (line.open) line.lastClosed = later(line.lastClosed, put({ ...line.open, closed: true }));
    line.open = put({ incidentId: uuidv7(), openedBy: match, severity, openedAt: capturedAt, lastMatchAt: capturedAt, cooldownUntil: null, matches: 1, closed: false });
    return { kind: 'opened', incidentId: line.open.incidentId };
  };

  return { decided: matches.map((match) => ({ ...match, decision: decide(match) })), incidents: [...touched.values()] };
}

const begin = (line: IncidentLine | undefined): { open: PlannedIncident | null; lastClosed: IncidentLine['lastClosed'] } =>
  ({ open: line?.open ? { ...line.open, openedBy: null, matches: 0, closed: false } : null, lastClosed: line?.lastClosed ?? null });

const worse = (one: Severity, other: Severity): Severity => (compareSeverity(one, other) < 0 ? other : one);

const later = <T extends { readonly openedAt: Instant }>(one: T | null, other: T): T => (one !== null && one.openedAt > other.openedAt ? one : other);
