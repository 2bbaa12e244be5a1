/** What a row of matches makes of the incidents that are known: decided one after the other, written down together. Pure. */
import { uuidv7 } from 'uuidv7';
import type { DecidedMatch, Decision, GroupMatch, MatchToDecide, Mute } from '../../activities/alert.ts';
import type { IncidentState } from '../../contracts/incident.ts';
import { compareSeverity } from '../../contracts/severity.ts';
import type { Severity } from '../../contracts/severity.ts';
import { withMatch } from '../../policies/incident-grouping.ts';
import type { OpenIncident } from '../../policies/incident-grouping.ts';

/** An incident of the ledger. */
export interface KnownIncident extends OpenIncident {
  readonly incidentId: string;
  readonly state: IncidentState;
  /** When it was last told as opened, reopened or risen; null while nobody was told. */
  readonly toldSeverity: Severity | null;
  readonly exhausted: boolean;
}

/** An incident as the plan leaves it. */
export interface PlannedIncident extends KnownIncident {
  /** Null for one that was in the ledger before. */
  readonly openedBy: MatchToDecide | null;
  /** Matches that this plan adds. */
  readonly matches: number;
  /** It was over and goes on. */
  readonly reopened: boolean;
  /** Why people shall be told of it now, unless something holds that back; null when they know already. */
  readonly tell: 'opened' | 'reopened' | 'rose' | null;
}

/** What the ledger knows of one user, rule and device. */
export interface IncidentLine {
  readonly open: KnownIncident | null;
  readonly lastClosed: KnownIncident | null;
}

export interface IncidentPlan {
  readonly decided: readonly DecidedMatch[];
  /** Those that were opened, joined, reopened or closed. */
  readonly incidents: readonly PlannedIncident[];
}

export interface PlanFacts {
  readonly known: ReadonlyMap<string, IncidentLine>;
  /** Whether there is anybody to tell. */
  readonly hasContact: (userId: string) => boolean;
  /** What the user asked not to be told. */
  readonly mute: Mute;
}

/** Of one user, rule and device: what is decided one after the other, whatever workers do. */
export const lineOf = ({ frame, verdict }: MatchToDecide): string => [frame.userId, verdict.ruleId, frame.deviceId].join('\n');

interface Line { open: PlannedIncident | null; lastClosed: PlannedIncident | null }

/** `matches` in capture order per device. */
export function planIncidents(matches: readonly MatchToDecide[], { known, hasContact, mute }: PlanFacts, group: GroupMatch): IncidentPlan {
  const lines = new Map<string, Line>();
  const touched = new Map<string, PlannedIncident>();
  const put = (incident: PlannedIncident): PlannedIncident => {
    touched.set(incident.incidentId, incident);
    return incident;
  };

  const decide = (match: MatchToDecide): Decision => {
    const key = lineOf(match);
    const line = lines.get(key) ?? begin(known.get(key));
    lines.set(key, line);
    const { frame: { capturedAt, userId }, verdict: { severity } } = match;
    const grouping = group(line, match);
    if (grouping.kind === 'suppress') return { kind: 'suppressed', cause: grouping.cause };
    const muted = mute(match);
    if (muted !== null) return { kind: 'suppressed', cause: muted };
    if (grouping.kind === 'join' && line.open) {
      line.open = put(joined(line.open, match));
      return { kind: 'joined', incidentId: line.open.incidentId };
    }
    // An incident that nobody can be told of would only hold back the alert that comes once a contact is there.
    if (!hasContact(userId)) return { kind: 'suppressed', cause: 'no_contact' };
    const newest = line.open ?? line.lastClosed;
    if (grouping.kind === 'reopen' && newest) {
      line.open = put(reopened(newest, match));
      return { kind: 'joined', incidentId: line.open.incidentId };
    }
    if (line.open) line.lastClosed = later(line.lastClosed, put({ ...line.open, state: 'closed' }));
    line.open = put({
      incidentId: uuidv7(), openedBy: match, state: 'open', severity, toldSeverity: null, exhausted: false, openedAt: capturedAt, lastMatchAt: capturedAt, cooldownUntil: null,
      matches: 1, reopened: false, tell: 'opened',
    });
    return { kind: 'opened', incidentId: line.open.incidentId };
  };

  return { decided: matches.map((match) => ({ ...match, decision: decide(match) })), incidents: [...touched.values()] };
}

function begin(line: IncidentLine | undefined): Line {
  const asPlanned = (incident: KnownIncident | null | undefined): PlannedIncident | null =>
    (incident ? { ...incident, openedBy: null, matches: 0, reopened: false, tell: null } : null);
  return { open: asPlanned(line?.open), lastClosed: asPlanned(line?.lastClosed) };
}

/** What got worse than people were told is told, and whoever took charge of something less is asked again. What was held back so far may be told now. */
function joined(incident: PlannedIncident, { frame: { capturedAt }, verdict: { severity } }: MatchToDecide): PlannedIncident {
  const next = { ...incident, ...withMatch(incident, { capturedAt, severity }), matches: incident.matches + 1 };
  if (incident.toldSeverity === null) {
    // A chain that has nobody for this severity is asked again only for a worse one.
    const worthAsking = incident.state === 'open' && (!incident.exhausted || next.severity !== incident.severity);
    return { ...next, tell: worthAsking ? incident.tell ?? 'opened' : incident.tell };
  }
  return compareSeverity(next.severity, incident.toldSeverity) > 0 ? { ...next, state: 'open', tell: incident.tell ?? 'rose' } : next;
}

/** One that people are still being asked about goes on as it is: they need no further word. */
function reopened(incident: PlannedIncident, match: MatchToDecide): PlannedIncident {
  const next = joined(incident, match);
  if (incident.state === 'open' && incident.toldSeverity !== null && !incident.exhausted) return next;
  return { ...next, state: 'open', exhausted: false, reopened: true, tell: incident.toldSeverity === null ? 'opened' : 'reopened' };
}

const later = (one: PlannedIncident | null, other: PlannedIncident): PlannedIncident => (one !== null && one.openedAt > other.openedAt ? one : other);
