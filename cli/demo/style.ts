/** Emphasis on terminals that show it; plain text everywhere else. */
import { styleText } from 'node:util';
import type { OutputStream } from '../context.ts';

export interface Style {
  heading(text: string): string;
  quiet(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  alert(text: string): string;
}

/** Whether to style is decided here, for the stream that is written to; Node would look at its own. */
const UNASKED = { validateStream: false } as const;

/** NO_COLOR: https://no-color.org */
export function styleFor(stream: OutputStream, env: NodeJS.ProcessEnv): Style {
  const plain = !stream.isTTY || Boolean(env['NO_COLOR']) || env['TERM'] === 'dumb';
  const as = (...format: Parameters<typeof styleText>[0][]) => (text: string): string => (plain ? text : format.reduce((styled: string, one) => styleText(one, styled, UNASKED), text));
  return { heading: as('bold'), quiet: as('dim'), good: as('green'), bad: as('red', 'bold'), alert: as('yellow', 'bold') };
}
