/** Escalation as the settings have it when nobody sets anything. */
import type { EscalationSettings } from '../../adapters/postgres/escalate.ts';
import { loadSettings } from '../../config/load.ts';

const { oldAlertSeconds, digestSeconds, messagesPerHour, callGapSeconds } = loadSettings({});

/** Capture times of tests lie in the past: nothing is too old for them unless they say so. */
export const ESCALATION: EscalationSettings = { oldMs: 100 * 365 * 24 * 3_600_000, digestMs: digestSeconds * 1000, messagesPerHour, callGapMs: callGapSeconds * 1000 };
export const OLD_MS = oldAlertSeconds * 1000;
