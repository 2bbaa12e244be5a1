/** Some of many names, for a message. */

/** Enough to see what is meant and where to begin; more would not fit a line of a log. */
export const MAX_NAMED = 5;

export const someOf = (names: readonly string[]): string => `${names.slice(0, MAX_NAMED).join(', ')}${names.length > MAX_NAMED ? ' and more' : ''}`;
