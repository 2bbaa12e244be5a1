/**
 * The page that a link in a message opens: what happened, how it stands, and buttons to answer. Made for a telephone in the
 * dark, without scripts. Names and texts in it were written by somebody else. Its looks are those of the mails. Pure.
 */
import { createHash } from 'node:crypto';
import type { AlertText } from '../activities/alert-message.ts';
import { factsOf } from '../adapters/channels/email/email-body.ts';
import { escapeHtml } from '../adapters/channels/email/email-page.ts';
import type { IncidentState } from '../contracts/incident.ts';
import type { ResponseKind } from '../contracts/response.ts';
import type { Standing } from './answer-words.ts';

export interface AnswerPage {
  readonly text: AlertText;
  readonly state: IncidentState;
  readonly standing: Standing;
  /** Null: there is none. */
  readonly picture: {
    /** Relative to the page. */
    readonly url: string;
    readonly description: string;
  } | null;
  /** False: the contact is gone, so the page only shows. */
  readonly mayAnswer: boolean;
}

/** What may still be said of an incident that stands like this; while it is not dealt with, the first is what most people want. */
const OFFERED: Readonly<Record<IncidentState, readonly Exclude<ResponseKind, 'known'>[]>> = {
  open: ['acknowledge', 'resolve', 'false_alarm'],
  acknowledged: ['resolve', 'real', 'false_alarm'],
  resolved: ['real', 'false_alarm'],
  closed: ['real', 'false_alarm'],
};
const BUTTONS: Readonly<Record<Exclude<ResponseKind, 'known'>, string>> = {
  acknowledge: 'I take charge', resolve: 'It is dealt with', real: 'It is real', false_alarm: 'False alarm',
};
const KNOWN_FOR: readonly (readonly [hours: number, words: string])[] = [[1, '1 hour'], [24, '1 day'], [24 * 7, '1 week'], [24 * 30, '30 days']];
const ACCENT: Readonly<Record<IncidentState, string>> = { open: 'red', acknowledged: 'amber', resolved: 'green', closed: 'green' };

export function answerPage(page: AnswerPage): string {
  const { text: { sentence, severity, rule, frame, incidentId }, state, standing, picture } = page;
  const badge = severity === 'high' || severity === 'critical' ? `ALERT: ${severity.toUpperCase()}` : 'ALERT';
  return htmlPage(sentence, ACCENT[state], `
<p class="badge">${badge}<span class="quiet">Rule ${escapeHtml(rule.ruleId)}</span></p>
<h1>${escapeHtml(sentence)}</h1>
${picture === null ? '<p class="quiet note">There is no picture of this moment any more.</p>' : `<img src="${escapeHtml(picture.url)}" alt="${escapeHtml(picture.description)}">`}
<div class="state" id="state"><strong>${escapeHtml(standing.state)}</strong>${standing.lines.map((line) => `<br>${escapeHtml(line)}`).join('')}</div>
${page.mayAnswer ? formsOf(state) : '<p class="quiet">The contact that this link was sent to has been removed: it shows the incident and takes no answer any more.</p>'}
<dl>${factsOf(page.text, Number.POSITIVE_INFINITY).map(([name, fact]) => `<dt>${name}</dt><dd>${escapeHtml(fact)}</dd>`).join('')}</dl>
<p class="quiet foot">Whoever has the link to this page can see it and answer.<br>Frame ${escapeHtml(frame.tag ?? frame.frameId)}<br>Incident ${escapeHtml(incidentId)}</p>`);
}

/** A page that only says something. */
export const plainPage = (title: string, text: string): string => htmlPage(title, 'amber', `
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>`);

/**
 * Without an action a form is sent to where its page came from, whatever a proxy calls that. The buttons of a mail lead to those
 * of the page by their ids, and the one that was meant is framed.
 */
const formsOf = (state: IncidentState): string => `<form method="post">${OFFERED[state].map((kind, place) =>
  `<button name="action" value="${kind}" id="${kind}"${place === 0 && !['resolved', 'closed'].includes(state) ? ' class="first"' : ''}>${BUTTONS[kind]}</button>`).join('')}</form>
<form method="post" class="known" id="known"><input type="hidden" name="action" value="known"><p>I know this. Tell nobody of it for</p>${KNOWN_FOR.map(([hours, words]) =>
  `<button name="hours" value="${hours}">${words}</button>`).join('')}</form>`;

const htmlPage = (title: string, accent: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main class="${accent}">${body}
</main>
</body>
</html>
`;

const STYLE = `
:root { color-scheme: light dark; --page: #eef1f4; --card: #ffffff; --text: #15191e; --quiet: #566270; --line: #e4e8ec; --bar: #d92d20; --badge: #b42318; --press: #1f5fbf; --button: #f3f5f7 }
body { margin: 0; padding: 12px; background: var(--page); color: var(--text); font: 16px/1.45 -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif }
main { max-width: 560px; margin: 0 auto; padding: 16px; background: var(--card); border-radius: 6px; border-top: 4px solid var(--bar); overflow-wrap: anywhere }
main.amber { --bar: #dc8a04; --badge: #93590a } main.green { --bar: #2e8b57; --badge: #1f6b41 }
.badge { margin: 0; font-size: 12px; font-weight: 700; letter-spacing: .06em; color: var(--badge) }
.badge span { padding-left: 8px; font-size: 13px; font-weight: 400; letter-spacing: 0 }
h1 { margin: 8px 0 14px; font-size: 21px; line-height: 1.25; font-weight: 600 }
img { display: block; width: 100%; height: auto; border-radius: 4px }
.quiet { color: var(--quiet) } .note { font-style: italic }
.state { margin: 14px 0; padding: 10px 12px; border-left: 4px solid var(--bar); background: var(--button); border-radius: 4px; font-size: 15px }
form { display: grid; gap: 8px; margin: 0 0 14px } form p { margin: 0; grid-column: 1 / -1; font-size: 15px }
.known { grid-template-columns: repeat(4, 1fr); padding-top: 12px; border-top: 1px solid var(--line) }
button { min-height: 48px; padding: 6px; font: inherit; font-weight: 600; color: var(--text); background: var(--button); border: 1px solid var(--line); border-radius: 4px; cursor: pointer }
.known button { padding: 6px 2px; font-size: 14px } button.first { color: #ffffff; background: var(--press); border-color: var(--press) }
button:focus-visible, button:target, .known:target button { outline: 3px solid var(--press); outline-offset: 2px }
/* What it is about stays in view above the button that a mail led to. */
:target { scroll-margin-top: 55vh }
dl { display: grid; grid-template-columns: auto 1fr; margin: 0; font-size: 14px }
dt, dd { margin: 0; padding: 8px 0; border-top: 1px solid var(--line) } dt { padding-right: 16px; color: var(--quiet) }
.foot { margin: 14px 0 0; font-size: 12px }
@media (prefers-color-scheme: dark) {
  :root { --page: #101316; --card: #1b2025; --text: #e9edf1; --quiet: #a3aeb9; --line: #323941; --badge: #ff8a7d; --press: #3a7bdc; --button: #262c33 }
  main.amber { --badge: #f5b84a } main.green { --badge: #6fd19b }
}
`;

/** Runs nothing, loads nothing but its own picture, sends its form nowhere else, and stands in no frame of somebody else's. */
export const ANSWER_PAGE_POLICY = [
  "default-src 'none'", "img-src 'self'", `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
].join('; ');
