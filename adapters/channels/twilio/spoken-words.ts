/** Text as it is said aloud: times as a person reads them from a clock, nothing that a voice would spell out. Pure. */

const ONES = ['', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'];
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty'];
const CLOCK_TIME = /\b([01]\d|2[0-3]):([0-5]\d)\b/g;

/** Longer nobody listens, least of all at night; and TwiML must stay under 4000 characters. */
const SAID_LIMIT = 240;

/** `Critical: Person, 02:14, camera Back door` becomes `Critical. Person, two fourteen in the morning, camera Back door.` */
export function plainWords(sentence: string): string {
  const words = sentence
    .replace(CLOCK_TIME, (_, hours: string, minutes: string) => spokenTime(Number(hours), Number(minutes)))
    .replaceAll(': ', '. ')
    .replace(/\s*[&+]\s*/g, ' and ')
    // Signs that are spelt out, and characters that XML cannot hold.
    .replace(/[<>"“”„«»_*#|/\\[\]{}…]+|[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, ' ')
    .replace(/\s+/g, ' ').trim();
  const characters = [...words];
  const said = characters.length <= SAID_LIMIT ? words : characters.slice(0, SAID_LIMIT).join('').replace(/\s\S*$/, '');
  return /[.?!]$/.test(said) ? said : `${said}.`;
}

/** `two fourteen in the morning`, `five oh seven in the afternoon`, `eight o'clock in the evening`, `midnight`. */
export function spokenTime(hours: number, minutes: number): string {
  if (minutes === 0 && hours === 0) return 'midnight';
  if (minutes === 0 && hours === 12) return 'noon';
  return `${number(hours % 12 || 12)} ${spokenMinutes(minutes)} ${partOfDay(hours)}`;
}

function spokenMinutes(minutes: number): string {
  if (minutes === 0) return "o'clock";
  return minutes < 10 ? `oh ${number(minutes)}` : number(minutes);
}

function partOfDay(hours: number): string {
  if (hours === 0 || hours >= 22) return 'at night';
  if (hours < 12) return 'in the morning';
  return hours < 18 ? 'in the afternoon' : 'in the evening';
}

const number = (below60: number): string =>
  ONES[below60] ?? [TENS[Math.floor(below60 / 10)], ONES[below60 % 10]].filter(Boolean).join('-');
