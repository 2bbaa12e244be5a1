/** The two bodies of a mail that only tries out a contact: plain text, and HTML. Pure. */
import type { TestMessage } from '../../../activities/ports/channel.ts';
import { STYLE, escapeHtml, htmlPage } from './email-page.ts';

const MEANING = 'Nothing has happened: this mail only shows that alerts for you arrive here.';

export const plainTest = ({ sentence, testId }: TestMessage): string => [sentence, '', MEANING, '', `Test ${testId}`, ''].join('\n');

export const htmlTest = ({ sentence, testId }: TestMessage): string => htmlPage({
  sentence, badge: 'TEST', beside: '', accent: 'blue',
  above: `
      <tr><td class="side" style="padding:0 24px"><p class="text" style="${STYLE.words}">${escapeHtml(MEANING)}</p></td></tr>`,
  rows: [], below: '', foot: [`Test ${testId}`],
});
