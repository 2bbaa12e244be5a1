/** What the owner of a device is told of an equipment notice, in words that fit any channel. Pure. */
import type { NoticeKind, NoticeTelling } from '../contracts/equipment-notice.ts';
import { FAILURES, isFailureCode } from '../contracts/failures.ts';
import type { FailureCode } from '../contracts/failures.ts';
import { knownTimeZone, localTime } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';
import { clockIsOff, rowsOfSeveral, sentenceOfSeveral } from './notice-details.ts';
import { NAME_LIMIT, oneLine } from './one-line.ts';
import type { NoticeMessage } from './ports/channel.ts';
import type { NoticeFacts } from './ports/notice-facts.ts';

interface Words {
  /** Completes "Camera Back door ... since 02:14", whatever the code of its frames. */
  readonly trouble: string;
  readonly past: string;
  readonly consequence: string;
  /** What to look at, by the code of the frames; `otherwise` for a code without advice of its own. */
  readonly advice: Readonly<Partial<Record<FailureCode, readonly string[]>>>;
  readonly otherwise: readonly string[];
}

const WORDS: Readonly<Record<NoticeKind, Words>> = {
  void: {
    trouble: 'has sent no usable picture',
    past: 'No usable picture',
    consequence: 'Nobody who passes this camera is seen, and no rule can alert you there.',
    advice: {
      image_void: [
        'Is the lens covered, dirty or wet?',
        'Is it dark there, and the lamp or infrared light off?',
        'Does the camera show a picture on its own page? If not, switch it off and on; its sensor may be dead.',
      ],
      image_frozen: [
        'Does the picture move on the page of the camera itself? If not, switch it off and on.',
        'Does a recorder or gateway stand between? It may repeat the last picture that it got: restart it.',
      ],
    },
    otherwise: ['Does the camera show a picture that moves on its own page? If not, switch it off and on.'],
  },
  silent: {
    trouble: 'has sent nothing',
    past: 'Nothing came',
    consequence: 'Nobody who passes this camera is seen, and no rule can alert you there.',
    advice: {},
    otherwise: ['Has the camera power, and does its page open?', 'Has the site a connection to the internet?', 'Does the service run that hands over its frames?'],
  },
  clock: {
    trouble: 'has had a wrong clock',
    past: 'Wrong clock',
    consequence: 'Rules with hours and with memory may judge wrongly there, and the times in messages are not the true ones.',
    advice: {},
    otherwise: ['Is a time server set on the camera, and can it be reached?', 'Is the time zone on the page of the camera that of the site?'],
  },
};

/** Everything but the addressee. What it says of the time after it was told may change between two tries; its sentence does not. */
export function noticeText(facts: NoticeFacts, telling: NoticeTelling): Omit<NoticeMessage, 'to' | 'contactId'> {
  const timeZone = knownTimeZone(facts.timeZone);
  const at = (instant: Instant): string => `${localTime(instant, timeZone)} (${timeZone})`;
  const clock = (instant: Instant): string => localTime(instant, timeZone).slice(11, 16);
  const deviceName = oneLine(facts.deviceName, NAME_LIMIT);
  const { trouble, past, consequence, advice, otherwise } = WORDS[facts.kind];
  const wellSince = facts.closed ? facts.wellSince : null;
  const common = { about: 'notice' as const, noticeId: facts.noticeId, telling };
  const well: Fact[] = wellSince === null ? [] : [['Well since', at(wellSince)]];
  const frames: Fact[] = facts.kind === 'void' ? [['Frames', `${facts.frames} refused`]] : [];
  const off: Fact[] = facts.kind === 'clock' ? [['Clock', clockIsOff(facts.offSeconds ?? 0)]] : [];
  const several = rowsOfSeveral(facts, telling, at);
  if (telling === 'well') {
    return {
      ...common, sentence: sentenceOfSeveral(facts, telling, trouble, clock) ?? `Camera ${deviceName} is well again`, advice: [],
      facts: [['Camera', deviceName], ...well, [`${past} from`, at(facts.since)], ['to', at(facts.kind === 'silent' ? facts.wellSince ?? facts.lastAt : facts.lastAt)], ...frames, ...off, ...several],
    };
  }
  return {
    ...common, sentence: sentenceOfSeveral(facts, telling, trouble, clock) ?? `Camera ${deviceName} ${trouble} since ${clock(facts.since)}`, advice: wellSince === null ? advice[facts.reason as FailureCode] ?? otherwise : [],
    facts: [
      ['Camera', deviceName], ['Since', at(facts.since)], ...frames, ...off, ...(facts.kind === 'silent' ? [] : [['Why', whatIsWrong(facts.reason)] as const]), ...several,
      ...(wellSince === null ? [['Meanwhile', consequence] as const] : well),
    ],
  };
}

type Fact = NoticeMessage['facts'][number];

/** As operators read it of the code. */
function whatIsWrong(reason: string): string {
  if (reason === 'clock_jumped_back') return 'The clock of the camera was put back, and is behind since.';
  return isFailureCode(reason) ? FAILURES[reason].operator : reason;
}
