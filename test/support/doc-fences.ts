/** The fenced blocks of a page: what tests run of the docs. */

export interface Fence {
  readonly language: string;
  /** What stands behind the language. */
  readonly words: readonly string[];
  readonly body: string;
}

export const fences = (page: string): Fence[] => [...page.matchAll(/^```(\w+)(.*)\n([^]*?)^```/gm)].map(([, language = '', words = '', body = '']) =>
  ({ language, words: words.trim().split(' ').filter((word) => word !== ''), body }));

/** `file=rule.yaml` among the words of a fence. */
export const fileOf = ({ words }: Fence): string | undefined => words.find((word) => word.startsWith('file='))?.slice('file='.length);
