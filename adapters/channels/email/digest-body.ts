/** The two bodies of the mail of a digest: plain text, and HTML. Pure. */
import type { DigestEntry, DigestMessage } from '../../../activities/ports/channel.ts';
import type { HoldCause } from '../../../contracts/digest.ts';
import { STYLE, escapeHtml, htmlPage } from './email-page.ts';

const CAUSE_TITLES: Readonly<Record<HoldCause, string>> = {
  quiet_hours: 'In your quiet hours',
  snoozed: 'While snoozed',
  budget: 'More than the messages of an hour',
  old: 'Came late: a recorder caught up',
};

export function plainDigest(message: DigestMessage): string {
  const { sentence, digestId } = message;
  const groups = groupsOf(message).flatMap(({ title, entries }) => [
    '', title, ...entries.flatMap(({ entry }) => [`- ${entry.sentence}`, ...(entry.link === null ? [] : [`  ${entry.link}`])]),
  ]);
  return [sentence, ...groups, ...leftLines(message).flatMap((line) => ['', line]), '', `Digest ${digestId}`, ''].join('\n');
}

/** `cidOf`: the Content-ID of the inline picture of an entry, by its place; null without one. */
export function htmlDigest(message: DigestMessage, cidOf: (place: number) => string | null): string {
  const { sentence, digestId } = message;
  const groups = groupsOf(message).map(({ title, entries }) => `
      <tr><td class="side" style="padding:18px 24px 0"><h2 class="quiet" style="${STYLE.group}">${escapeHtml(title)}</h2></td></tr>${entries.map(({ entry, place }) => htmlEntry(entry, cidOf(place))).join('')}`);
  const left = leftLines(message).map((line) => `
      <tr><td class="side" style="padding:16px 24px 0"><p class="quiet" style="${STYLE.note}">${escapeHtml(line)}</p></td></tr>`);
  return htmlPage({ sentence, badge: 'DIGEST', beside: 'what was held back', accent: 'blue', above: [...groups, ...left].join(''), rows: [], below: '', foot: [`Digest ${digestId}`] });
}

/**
 * Picture and words beside each other where there is room, below each other on a telephone: blocks that wrap need no style sheet,
 * which mail clients drop.
 */
function htmlEntry({ sentence, picture, link }: DigestEntry, cid: string | null): string {
  const open = link === null ? '' : `<br><a class="link" href="${escapeHtml(link)}" style="${STYLE.link}">Open the incident</a>`;
  const shown = cid === null || !('jpeg' in picture) ? ''
    : `<div class="wide" style="${STYLE.half}"><img class="wide" src="cid:${cid}" alt="${escapeHtml(picture.description)}" width="252" style="${STYLE.thumbnail}"></div>`;
  return `
      <tr><td class="line side" style="${STYLE.entry}">${shown}<div class="wide" style="${shown === '' ? STYLE.whole : STYLE.half}"><p class="text" style="${STYLE.words}">${escapeHtml(sentence)}${open}</p></div></td></tr>`;
}

const leftLines = ({ left }: DigestMessage): string[] => (left > 0 ? [`And ${left} more, not listed here.`] : []);

interface Group {
  readonly title: string;
  /** `place`: among all entries. */
  readonly entries: { readonly entry: DigestEntry; readonly place: number }[];
}

/** By cause, that of the worst first. */
function groupsOf({ entries }: DigestMessage): Group[] {
  const groups = new Map<HoldCause, Group>();
  entries.forEach((entry, place) => {
    const group = groups.get(entry.cause) ?? { title: CAUSE_TITLES[entry.cause], entries: [] };
    groups.set(entry.cause, group);
    group.entries.push({ entry, place });
  });
  return [...groups.values()];
}
