/** docs/settings.md, made from the table of settings. */
import type { Setting } from './kinds.ts';
import { SETTINGS } from './settings.ts';

export function settingsPage(): string {
  const rows = Object.values<Setting<unknown>>(SETTINGS).map(({ variable, kind, shownDefault, meaning, reason }) =>
    `| \`${variable}\` | ${kind} | ${shownDefault === null ? '' : `\`${shownDefault}\``} | ${meaning} | ${reason} |`);
  return `${[
    '# Settings',
    '',
    'Read once from the environment when a process starts. A variable that starts with `WATCHPOST_` and does not stand here is refused, and so is',
    'an impossible value; both are named. An empty value counts as not given. `WATCHPOST_TEST_...` is for the tests and ignored.',
    '',
    'This page is made from `config/settings.ts` and tested to equal it.',
    '',
    '| variable | kind | default | what it does | why so |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')}\n`;
}
