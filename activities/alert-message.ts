/** What a person is told of an incident, in words that fit any channel. Pure. */
import { INCIDENT_TELLINGS } from '../contracts/delivery.ts';
import { knownTimeZone, localTime } from '../contracts/time.ts';
import type { Clause, ClauseUnit } from '../contracts/verdict.ts';
import { NAME_LIMIT, oneLine } from './one-line.ts';
import type { AlertFacts } from './ports/alert-facts.ts';
import type { DueDelivery } from './ports/outbox.ts';
import type { AlertMessage, Reason } from './ports/channel.ts';
import { seenWords, severityWords } from './seen-words.ts';

/** The text of a rule is longer than a name, and still no page. */
const RULE_LIMIT = 300;

/** What only the one-line form begins with: the number, which is told beside the text anyway, and a bar in the same line. */
const RULE_NUMBER = /^\s*RuleID\s*:[^|\r\n]*\|/i;

/** Everything but the addressee, who differs from delivery to delivery. */
export type AlertText = Omit<AlertMessage, 'to' | 'contactId' | 'picture' | 'link'>;

/** `telling` and `severity` as they were when the message was written, so that it says the same at every try. */
export function alertText(facts: AlertFacts, { telling, severity }: Pick<DueDelivery, 'telling' | 'severity'>): AlertText {
  const timeZone = knownTimeZone(facts.timeZone);
  const deviceName = oneLine(facts.deviceName, NAME_LIMIT);
  const time = localTime(facts.matchedAt, timeZone);
  const reasons = reasonsOf(facts.clauses);
  return {
    about: 'incident',
    incidentId: facts.incidentId,
    userId: facts.userId,
    deviceId: facts.deviceId,
    telling: INCIDENT_TELLINGS.find((known) => known === telling) ?? 'opened',
    severity,
    sentence: `${severityWords(severity)}${seenWords({ ...facts, labels: facts.evidence.map(({ label }) => label) })}, ${time.slice(11, 16)}, camera ${deviceName}`,
    rule: { ruleId: facts.ruleId, text: ruleWords(facts, reasons) },
    deviceName,
    capturedAt: facts.matchedAt,
    localTime: time,
    timeZone,
    frame: { frameId: facts.frameId, tag: facts.tag },
    reasons,
  };
}

/** Its name, the one line that it is, or what it asked of this frame: a file of YAML or JSON is nothing to read in a mail. */
function ruleWords({ ruleName, ruleText }: AlertFacts, reasons: readonly Reason[]): string {
  if (ruleName !== null) return oneLine(ruleName, RULE_LIMIT);
  if (RULE_NUMBER.test(ruleText)) return oneLine(ruleText.replace(RULE_NUMBER, ''), RULE_LIMIT);
  return oneLine([...new Set(reasons.map(({ asked }) => asked))].join(', '), RULE_LIMIT);
}

/** The conditions that hold and say a number; conditions that only join others are told when there is nothing else. */
function reasonsOf(clauses: readonly Clause[]): Reason[] {
  const holding = clauses.filter(({ holds }) => holds);
  const numbered = holding.filter(({ compared }) => compared !== null);
  return (numbered.length > 0 ? numbered : holding).map(({ path, text, compared, threshold, unit = 'probability' }) => ({
    path,
    asked: oneLine(text, RULE_LIMIT),
    found: compared === null || unit === null ? null : FOUND[unit](compared, threshold),
  }));
}

/** As people read the number of a clause. */
const FOUND: Readonly<Record<ClauseUnit, (compared: number, threshold: number | null) => string>> = {
  probability: percent,
  seconds: (compared) => (compared < 120 ? `${Math.floor(compared)} s` : `${Math.floor(compared / 60)} min`),
  objects: String,
  frames: (compared) => `${compared} frames`,
};

/** Cut, not rounded, and with as many digits as it takes to differ from the threshold: "80 % > 80 %" would look like our mistake. */
function percent(share: number, threshold: number | null): string {
  const cut = (digits: number): number => Math.floor(share * 100 * 10 ** digits + 1e-9) / 10 ** digits;
  const digits = [0, 1, 2, 3].find((count) => threshold === null || Math.abs(cut(count) - threshold * 100) > 1e-9) ?? 0;
  return `${cut(digits)} %`;
}
