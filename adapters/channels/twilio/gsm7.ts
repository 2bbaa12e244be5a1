/**
 * Text in the alphabet of text messages (GSM 03.38, "GSM-7"). One character outside it makes the whole message UCS-2, which
 * has room for 134 characters in two segments instead of 306. Pure.
 */
import { SegmentedMessage } from 'sms-segments-calculator';

const ALPHABET = '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà\f^{}\\[~]|€-';
const IN_ALPHABET = new Set(ALPHABET);

export const isGsm7 = (text: string): boolean => [...text].every((character) => IN_ALPHABET.has(character));

export const segmentsOf = (text: string): number => new SegmentedMessage(text).segmentsCount;

/** Letters that no decomposition brings into the alphabet. */
const LETTERS: Readonly<Record<string, string>> = { ł: 'l', Ł: 'L', đ: 'd', Đ: 'D', ð: 'd', Ð: 'D', þ: 'th', Þ: 'Th', ı: 'i', œ: 'oe', Œ: 'OE', ħ: 'h', Ħ: 'H', 'ẞ': 'SS', '−': '-', '×': 'x', '°': 'deg' };

/**
 * With a substitute for each character that the alphabet lacks: curly quotes become straight ones, `č` becomes `c`.
 * Text that has none for one of its characters comes back as it was: then the rest gains nothing from being changed.
 */
export function inGsm7(text: string): string {
  const composed = text.normalize('NFC');
  const substituted = [...composed].map((character) => (IN_ALPHABET.has(character) ? character : substituteOf(character))).join('');
  return isGsm7(substituted) ? substituted : composed;
}

function substituteOf(character: string): string {
  if (/\p{Zs}/u.test(character)) return ' ';
  // Marks without a letter of their own, and what has no width.
  if (/[\p{M}\p{Cf}]/u.test(character)) return '';
  const plain = character.normalize('NFKD').replace(/\p{M}/gu, '').trim();
  return [LETTERS[character], plain, punctuation(character), punctuation(plain)].find((candidate) => candidate && isGsm7(candidate)) ?? character;
}

/** Quotes, dashes and dots, as Twilio itself would replace them if it were asked to. */
const punctuation = (character: string): string => new SegmentedMessage(character, 'auto', true).graphemes.join('');
