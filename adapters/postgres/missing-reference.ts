/** Tells "the row that this one points at does not exist" from all other errors of a statement. */

/** SQLSTATE 23503, foreign_key_violation. Looking first and writing then would leave a gap in which the other row goes. */
export const isMissingReference = (error: unknown): boolean => (error as { code?: string } | null)?.code === '23503';
