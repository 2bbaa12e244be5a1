/** The two bodies of the mail of an equipment notice: plain text, and HTML. Pure. */
import type { NoticeMessage } from '../../../activities/ports/channel.ts';
import { STYLE, escapeHtml, htmlPage, plainRows } from './email-page.ts';

export function plainNotice({ sentence, facts, advice, noticeId }: NoticeMessage): string {
  const lookAt = advice.length === 0 ? [] : ['', 'What to look at:', ...advice.map((line) => `- ${line}`)];
  return [sentence, '', ...plainRows(facts), ...lookAt, '', `Notice ${noticeId}`, ''].join('\n');
}

export function htmlNotice({ sentence, telling, facts, advice, noticeId }: NoticeMessage): string {
  return htmlPage({
    sentence, badge: telling === 'well' ? 'WELL AGAIN' : 'EQUIPMENT NOTICE', beside: '', accent: telling === 'well' ? 'green' : 'amber', above: '', rows: facts,
    below: advice.length === 0 ? '' : `
      <tr><td class="side" style="padding:16px 24px 0"><p class="quiet" style="${STYLE.note}">What to look at</p><ul class="text" style="${STYLE.advice}">${
      advice.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul></td></tr>`,
    foot: [`Notice ${noticeId}`],
  });
}
