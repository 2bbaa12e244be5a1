/** How much a rule may say. Every bound is there so that no text can make the reader, the engine or a page work without end. */

/** Every class of the longest label list in public use fits in; a longer text is no rule. */
export const MAX_ONE_LINE_CHARACTERS = 20_000;

/** Whatever fits into one line fits in here too, with a line of its own for each class. */
export const MAX_YAML_CHARACTERS = 50_000;

/** The longest label list in public use has 1 203 classes, and each may be a condition of its own. */
export const MAX_CONDITIONS = 2_000;

/** Conditions within conditions; nobody follows a thought deeper, and whoever walks the tree may do it by recursion. */
export const MAX_DEPTH = 16;

/** Of a class or a zone: longer than any label in public use, short enough for a column of a page. */
export const MAX_NAME_CHARACTERS = 64;

/** Of a rule, as it stands in the subject of a mail. */
export const MAX_TITLE_CHARACTERS = 120;

/** A CEL expression longer than this is a program, and programs have tests, which a rule has not. */
export const MAX_EXPRESSION_CHARACTERS = 2_000;

/** What stands still for a week is furniture, and what a device must remember is bounded by it. */
export const MAX_DURATION_MS = 7 * 24 * 3_600_000;

/** Objects to count in one frame; no detector tells more apart. */
export const MAX_COUNT = 1_000;
