import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SUPPRESSION_CAUSES } from '../../contracts/terminal-states.ts';
import type { Severity } from '../../contracts/severity.ts';
import { parseInstant, plusMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { closesAt, cooldownUntil, DEFAULT_GROUPING, groupMatch, withMatch } from '../../policies/incident-grouping.ts';
import type { ClosedIncident, GroupingSettings, OpenIncident } from '../../policies/incident-grouping.ts';

const NOON = parseInstant('2026-11-21T12:00:00Z');
/** Minutes after noon, capture time. */
const at = (minutes: number): Instant => plusMs(NOON, minutes * 60_000);
const QUIET_5_COOLDOWN_20: GroupingSettings = { quietMs: 5 * 60_000, cooldownMs: 20 * 60_000, reopenMs: 0 };
const REOPENS_10: GroupingSettings = { ...QUIET_5_COOLDOWN_20, reopenMs: 10 * 60_000 };

const open = (openedAt: number, lastMatchAt: number, coolUntil?: number): OpenIncident => ({ openedAt: at(openedAt), lastMatchAt: at(lastMatchAt), severity: 'medium', cooldownUntil: coolUntil === undefined ? null : at(coolUntil) });
const closed = (lastMatchAt: number, coolUntil?: number): ClosedIncident => ({ lastMatchAt: at(lastMatchAt), severity: 'medium', cooldownUntil: coolUntil === undefined ? null : at(coolUntil) });
const match = (minute: number, severity: Severity = 'medium') => ({ capturedAt: at(minute), severity, replayed: false });
const justUnder = (minutes: number) => minutes - 1 / 60_000_000;

describe('a match', () => {
  it.each([
    ['opens the first incident', { open: null, lastClosed: null }, 0, false, 'open'],
    ['joins the open incident', { open: open(0, 2), lastClosed: null }, 3, false, 'join'],
    ['at the last moment before quiet still joins', { open: open(0, 2), lastClosed: null }, justUnder(7), false, 'join'],
    ['after quiet opens the next incident', { open: open(0, 2), lastClosed: null }, 7, false, 'open'],
    ['after quiet, within the cooldown of that incident, is suppressed', { open: open(0, 2, 20), lastClosed: null }, 8, false, 'cooldown'],
    ['after quiet and cooldown opens', { open: open(0, 2, 20), lastClosed: null }, 20, false, 'open'],
    ['within a cooldown joins what is open: joining tells nobody', { open: open(0, 2, 20), lastClosed: null }, 4, false, 'join'],
    ['within the cooldown of a closed incident is suppressed', { open: null, lastClosed: closed(2, 20) }, 10, false, 'cooldown'],
    ['at the end of a cooldown opens', { open: null, lastClosed: closed(2, 20) }, 20, false, 'open'],
    ['after an incident of which nobody was told opens: no message, no cooldown', { open: null, lastClosed: closed(2) }, 7, false, 'open'],
    ['captured late inside the open incident joins it', { open: open(0, 4), lastClosed: null }, 1, false, 'join'],
    ['captured late, a little before the open incident, joins it', { open: open(0, 4), lastClosed: null }, justUnder(0) - 4, false, 'join'],
    ['captured late, long before the open incident, is late', { open: open(0, 4), lastClosed: null }, -5, false, 'late'],
    ['captured late inside a closed incident is late', { open: null, lastClosed: closed(4, 20) }, 3, false, 'late'],
    ['captured late inside the quiet of a closed incident is late', { open: null, lastClosed: closed(4) }, justUnder(9), false, 'late'],
    ['captured long before a closed incident is late, not in cooldown', { open: null, lastClosed: closed(4, 20) }, -600, false, 'late'],
    ['of a replayed frame opens nothing', { open: null, lastClosed: null }, 0, true, 'replayed'],
    ['of a replayed frame does not open the next incident', { open: open(0, 2), lastClosed: null }, 7, true, 'replayed'],
    ['of a replayed frame in the past is replayed', { open: null, lastClosed: closed(4, 20) }, 3, true, 'replayed'],
    ['of a replayed frame inside the open incident joins it', { open: open(0, 2), lastClosed: null }, 1, true, 'join'],
    ['is judged by the open incident, not by the one before it', { open: open(0, 2), lastClosed: closed(-30, 60) }, 3, false, 'join'],
  ] as const)('%s', (_, incidents, minute, replayed, end) => {
    const grouping = groupMatch(incidents, { capturedAt: at(minute), severity: 'medium', replayed }, QUIET_5_COOLDOWN_20);
    expect(grouping.kind === 'suppress' ? grouping.cause : grouping.kind).toBe(end);
  });

  it('that joins stretches the incident both ways and never shortens it', () => {
    const incident = open(0, 4, 20);
    expect(withMatch(incident, match(6))).toEqual(open(0, 6, 20));
    expect(withMatch(incident, match(2))).toEqual(incident);
    expect(withMatch(incident, match(-2))).toEqual(open(-2, 4, 20));
  });
});

describe('an incident that was over', () => {
  const decide = (known: Parameters<typeof groupMatch>[0], minute: number, severity: Severity = 'medium', settings = REOPENS_10): string => {
    const grouping = groupMatch(known, match(minute, severity), settings);
    return grouping.kind === 'suppress' ? grouping.cause : grouping.kind;
  };

  it.each([
    ['goes on when a match comes soon after its end', { open: null, lastClosed: closed(2) }, 7, 'reopen'],
    ['goes on up to the last moment of its window', { open: null, lastClosed: closed(2) }, justUnder(17), 'reopen'],
    ['stays over after that: the match opens another', { open: null, lastClosed: closed(2) }, 17, 'open'],
    ['goes on although nobody has closed it yet', { open: open(0, 2), lastClosed: null }, 8, 'reopen'],
    ['goes on, and not the one before it', { open: open(0, 2), lastClosed: closed(-30) }, 8, 'reopen'],
    ['stays silent within its cooldown', { open: null, lastClosed: closed(2, 20) }, 8, 'cooldown'],
  ] as const)('%s', (_, known, minute, end) => {
    expect(decide(known, minute)).toBe(end);
  });

  it('speaks up within its cooldown for what is worse than anything before', () => {
    expect(decide({ open: null, lastClosed: closed(2, 20) }, 8, 'high')).toBe('reopen');
    expect(decide({ open: null, lastClosed: closed(2, 30) }, 19, 'high')).toBe('open');
    expect(decide({ open: null, lastClosed: closed(2, 20) }, 8, 'low')).toBe('cooldown');
    expect(decide({ open: null, lastClosed: { ...closed(2, 20), severity: 'critical' } }, 8, 'critical')).toBe('cooldown');
  });

  it('keeps the worst of its matches', () => {
    expect(withMatch(open(0, 2), match(3, 'critical')).severity).toBe('critical');
    expect(withMatch(open(0, 2), match(3, 'low')).severity).toBe('medium');
  });
});

describe('the ends of things', () => {
  it('follow from capture time alone', () => {
    expect(closesAt(open(0, 2), QUIET_5_COOLDOWN_20)).toBe(at(7));
    expect(cooldownUntil(at(0), QUIET_5_COOLDOWN_20)).toBe(at(20));
    expect(closesAt({ lastMatchAt: at(0) })).toBe(plusMs(at(0), DEFAULT_GROUPING.quietMs));
  });
});

/** What the alert stage does with the answers, without a database: live, backtest and playback all come down to this. */
function play(minutes: readonly number[], settings: GroupingSettings, { delivered }: { delivered: boolean }) {
  const incidents: { openedAt: Instant; lastMatchAt: Instant; matches: number }[] = [];
  const suppressions: string[] = [];
  let current: OpenIncident | null = null;
  for (const minute of minutes) {
    const capturedAt = at(minute);
    const grouping = groupMatch({ open: current, lastClosed: null }, { capturedAt, severity: 'medium', replayed: false }, settings);
    if (grouping.kind === 'suppress') {
      suppressions.push(grouping.cause);
      continue;
    }
    if (grouping.kind === 'open') {
      current = { openedAt: capturedAt, lastMatchAt: capturedAt, severity: 'medium', cooldownUntil: delivered ? cooldownUntil(capturedAt, settings) : null };
      incidents.push({ openedAt: capturedAt, lastMatchAt: capturedAt, matches: 0 });
    }
    current = withMatch(current ?? expect.fail('joined nothing'), { capturedAt, severity: 'medium' });
    const incident = incidents.at(-1) ?? expect.fail('no incident');
    incident.lastMatchAt = current.lastMatchAt;
    incident.matches += 1;
  }
  return { incidents, suppressions };
}

describe('a day of matches in order', () => {
  const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 2000 }), { maxLength: 80 }).map((some) => some.toSorted((a, b) => a - b).map((tenths) => tenths / 10));

  it('without messages is cut exactly where it was quiet for long enough', () => {
    fc.assert(
      fc.property(minutes, (some) => {
        const groups = some.reduce<number[][]>((all, minute) => {
          const group = all.at(-1);
          if (group && at(minute) < plusMs(at(group.at(-1) ?? 0), QUIET_5_COOLDOWN_20.quietMs)) group.push(minute);
          else all.push([minute]);
          return all;
        }, []);
        const { incidents, suppressions } = play(some, QUIET_5_COOLDOWN_20, { delivered: false });
        expect(suppressions).toEqual([]);
        expect(incidents).toEqual(groups.map((group) => ({ openedAt: at(group[0] ?? 0), lastMatchAt: at(group.at(-1) ?? 0), matches: group.length })));
      }),
    );
  });

  it('never opens two incidents within one cooldown, loses no match, and calls none late', () => {
    fc.assert(
      fc.property(minutes, (some) => {
        const { incidents, suppressions } = play(some, QUIET_5_COOLDOWN_20, { delivered: true });
        const joined = incidents.reduce((sum, { matches }) => sum + matches, 0);
        expect(joined + suppressions.length).toBe(some.length);
        expect(suppressions.every((cause) => cause === 'cooldown')).toBe(true);
        incidents.slice(1).forEach(({ openedAt }, index) => {
          const before = incidents[index] ?? expect.fail('no incident before');
          expect(openedAt >= cooldownUntil(before.openedAt, QUIET_5_COOLDOWN_20)).toBe(true);
        });
      }),
    );
  });

  it('plays the same a year later: only distances between capture times count', () => {
    fc.assert(
      fc.property(minutes, fc.integer({ min: -500_000, max: 500_000 }), (some, shift) => {
        const [now, then] = [play(some, QUIET_5_COOLDOWN_20, { delivered: true }), play(some.map((minute) => minute + shift), QUIET_5_COOLDOWN_20, { delivered: true })];
        expect(then.suppressions).toEqual(now.suppressions);
        expect(then.incidents.map(({ matches }) => matches)).toEqual(now.incidents.map(({ matches }) => matches));
      }),
    );
  });
});

describe('any match', () => {
  it('is answered by a known word, and never opens beside an incident that it could join', () => {
    const minute = fc.integer({ min: -100, max: 100 });
    const anyOpen = fc.option(fc.tuple(minute, fc.nat(30), fc.option(minute)).map(([opened, length, cool]) => open(opened, opened + length, cool ?? undefined)));
    const anyClosed = fc.option(fc.tuple(minute, fc.option(minute)).map(([end, cool]) => closed(end, cool ?? undefined)));
    fc.assert(
      fc.property(anyOpen, anyClosed, minute, fc.boolean(), (openIncident, lastClosed, captured, replayed) => {
        const grouping = groupMatch({ open: openIncident, lastClosed }, { capturedAt: at(captured), severity: 'medium', replayed }, QUIET_5_COOLDOWN_20);
        if (grouping.kind === 'suppress') expect(SUPPRESSION_CAUSES).toContain(grouping.cause);
        if (grouping.kind === 'join') expect(openIncident).not.toBeNull();
        if (grouping.kind === 'open') expect(replayed).toBe(false);
        if (grouping.kind === 'open' && openIncident) expect(at(captured) >= closesAt(openIncident, QUIET_5_COOLDOWN_20)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
