/** How bad it is when a rule matches. */

/** From the least to the worst. */
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Of a rule for which neither its text, nor its policy, nor its assignment says one. */
export const DEFAULT_SEVERITY: Severity = 'medium';

export const isSeverity = (value: unknown): value is Severity => (SEVERITIES as readonly unknown[]).includes(value);

/** Negative when `a` is the less severe. */
export const compareSeverity = (a: Severity, b: Severity): number => SEVERITIES.indexOf(a) - SEVERITIES.indexOf(b);
