/**
 * A small line font for labels: each glyph is an SVG path drawn with a round pen. Text in an SVG would need fonts on the machine; servers
 * often have none, and then every letter becomes an empty frame. So a label also looks the same wherever it was drawn.
 * Units: baseline at 12, capitals reach 0, small letters 4, descenders 16; x starts at 0.
 */

export const CAP_HEIGHT_UNITS = 12;
export const DESCENDER_UNITS = 4;
const LETTER_GAP_UNITS = 3.4;

interface Glyph {
  readonly width: number;
  readonly path: string;
}

const bowl = 'M0 8A3 4 0 1 1 6 8A3 4 0 1 1 0 8';

// Width and path of each character.
const GLYPHS: Readonly<Record<string, readonly [number, string]>> = {
  ' ': [3, ''],
  a: [6, `${bowl}M6 4V12`],
  b: [6, `M0 0V12${bowl}`],
  c: [5.6, 'M5.6 5.6A3.1 4 0 1 0 5.6 10.4'],
  d: [6, `M6 0V12${bowl}`],
  e: [6, 'M.1 8H6A3 4 0 1 0 5.2 10.8'],
  f: [4, 'M4.2 .3Q1.6 -.4 1.6 2.8V12M0 4.4H3.8'],
  g: [6, `${bowl}M6 4V13A3 3 0 0 1 .7 14.6`],
  h: [6, 'M0 0V12M0 7.6A3 3.6 0 0 1 6 7.6V12'],
  i: [0, 'M0 4V12M0 .6V.9'],
  j: [1.6, 'M1.6 4V13.4Q1.6 15.6 -.6 15.6M1.6 .6V.9'],
  k: [5.4, 'M0 0V12M5 4L0 8.6M1.8 7L5.4 12'],
  l: [0, 'M0 0V12'],
  m: [10, 'M0 4V12M0 7.2A2.5 3.2 0 0 1 5 7.2V12M5 7.2A2.5 3.2 0 0 1 10 7.2V12'],
  n: [6, 'M0 4V12M0 7.6A3 3.6 0 0 1 6 7.6V12'],
  o: [6, bowl],
  p: [6, `M0 4V16${bowl}`],
  q: [6, `M6 4V16${bowl}`],
  r: [3.8, 'M0 4V12M0 7.6A3.4 3.6 0 0 1 3.8 4.2'],
  s: [5.2, 'M5 5.4Q4.4 4 2.6 4Q.3 4 .3 5.9Q.3 7.4 2.6 7.9Q5.2 8.5 5.2 10.1Q5.2 12 2.6 12Q.6 12 0 10.5'],
  t: [4, 'M1.6 1V9.8Q1.6 12.2 4 11.8M0 4.2H3.8'],
  u: [6, 'M0 4V8.4A3 3.6 0 0 0 6 8.4V4M6 4V12'],
  v: [6, 'M0 4L3 12L6 4'],
  w: [9, 'M0 4L2.3 12L4.5 5L6.7 12L9 4'],
  x: [5.6, 'M0 4L5.6 12M5.6 4L0 12'],
  y: [6, 'M0 4L3.1 12M6 4L2.8 13.8Q2.2 15.8 .4 15.6'],
  z: [5.4, 'M.2 4H5.4L0 12H5.6'],
  A: [8.4, 'M0 12L4.2 0L8.4 12M1.4 8.2H7'],
  B: [6.6, 'M0 0V12H3.2A3.3 3.2 0 0 0 3.2 5.6H0M0 0H2.8A2.9 2.8 0 0 1 2.8 5.6'],
  C: [7.6, 'M7.6 2.4A4.6 6 0 1 0 7.6 9.6'],
  D: [7.4, 'M0 0V12H2.2A5.2 6 0 0 0 2.2 0Z'],
  E: [6, 'M6 0H0V12H6M0 5.8H5'],
  F: [5.8, 'M5.8 0H0V12M0 5.8H4.8'],
  G: [8, 'M7.6 2.4A4.6 6 0 1 0 8 9V6.4H4.8'],
  H: [7.2, 'M0 0V12M7.2 0V12M0 5.8H7.2'],
  I: [0, 'M0 0V12'],
  J: [4.6, 'M4.6 0V8.6Q4.6 12 2 12Q.4 12 0 10.4'],
  K: [7, 'M0 0V12M6.6 0L0 7.2M2.4 4.8L7 12'],
  L: [5.6, 'M0 0V12H5.6'],
  M: [9, 'M0 12V0L4.5 8L9 0V12'],
  N: [7.4, 'M0 12V0L7.4 12V0'],
  O: [8.8, 'M0 6A4.4 6 0 1 1 8.8 6A4.4 6 0 1 1 0 6'],
  P: [6.6, 'M0 12V0H3.2A3.3 3.4 0 0 1 3.2 6.8H0'],
  Q: [8.8, 'M0 6A4.4 6 0 1 1 8.8 6A4.4 6 0 1 1 0 6M5.6 9L8.8 13'],
  R: [7, 'M0 12V0H3.2A3.2 3.2 0 0 1 3.2 6.4H0M3.4 6.4L7 12'],
  S: [6.8, 'M6.4 2Q5.6 0 3.4 0Q.4 0 .4 2.9Q.4 5.2 3.4 5.9Q6.8 6.7 6.8 9.1Q6.8 12 3.4 12Q.8 12 0 9.8'],
  T: [7.6, 'M0 0H7.6M3.8 0V12'],
  U: [7.2, 'M0 0V8A3.6 4 0 0 0 7.2 8V0'],
  V: [8, 'M0 0L4 12L8 0'],
  W: [12, 'M0 0L3 12L6 1.4L9 12L12 0'],
  X: [7.4, 'M0 0L7.4 12M7.4 0L0 12'],
  Y: [7.6, 'M0 0L3.8 6L7.6 0M3.8 6V12'],
  Z: [7, 'M.2 0H7L0 12H7.2'],
  0: [6.4, 'M0 6A3.2 6 0 1 1 6.4 6A3.2 6 0 1 1 0 6'],
  1: [3.6, 'M.2 2.6L3.6 0V12'],
  2: [6.4, 'M.3 3.2A3 3.1 0 0 1 6.1 3.2Q6.1 5.2 3.8 7.6L0 12H6.4'],
  3: [6.2, 'M.3 2.2A2.9 2.9 0 1 1 2.6 5.6A3.2 3.2 0 1 1 0 9.8'],
  4: [6.6, 'M4.8 12V0L0 8.4H6.6'],
  5: [6.4, 'M5.8 0H1.1L.5 5.6Q1.6 4.4 3.2 4.4A3.2 3.8 0 0 1 3.2 12Q.8 12 0 10'],
  6: [6.4, 'M5.4 .4Q0 2.4 0 8A3.2 4 0 1 0 6.4 8A3.2 3.8 0 0 0 .2 7'],
  7: [6.2, 'M0 0H6.2L2.2 12'],
  8: [6.4, 'M3.2 5.6A2.8 2.8 0 1 1 3.2 0A2.8 2.8 0 1 1 3.2 5.6A3.2 3.2 0 1 0 3.2 12A3.2 3.2 0 1 0 3.2 5.6'],
  9: [6.4, 'M1 11.6Q6.4 9.6 6.4 4A3.2 4 0 1 0 0 4A3.2 3.8 0 0 0 6.2 5'],
  '%': [9.6, 'M8.2 0L1.4 12M0 2.8A2 2.7 0 1 1 4 2.8A2 2.7 0 1 1 0 2.8M5.6 9.2A2 2.7 0 1 1 9.6 9.2A2 2.7 0 1 1 5.6 9.2'],
  '.': [0, 'M0 11.8V12'],
  ',': [0.6, 'M.6 11.6L0 14'],
  ':': [0, 'M0 5V5.2M0 11.8V12'],
  ';': [0.6, 'M.6 5V5.2M.6 11.6L0 14'],
  '-': [3.6, 'M0 7.6H3.6'],
  _: [6, 'M0 13.6H6'],
  '+': [6, 'M0 7H6M3 4V10'],
  '=': [6, 'M0 5.6H6M0 8.8H6'],
  '/': [4.6, 'M4.6 0L0 13'],
  '(': [2.4, 'M2.4 -.6Q-2.2 6.6 2.4 13.8'],
  ')': [2.4, 'M0 -.6Q4.6 6.6 0 13.8'],
  '<': [5.4, 'M5.4 4L0 7.4L5.4 10.8'],
  '>': [5.4, 'M0 4L5.4 7.4L0 10.8'],
  '!': [0, 'M0 0V8M0 11.8V12'],
  '?': [5, 'M0 2A2.6 2.6 0 1 1 3.6 5Q2.4 5.8 2.4 8M2.4 11.8V12'],
  '#': [7, 'M2.6 1L1.2 11.4M5.8 1L4.4 11.4M.4 4.2H7M0 8.2H6.6'],
  '&': [8, 'M8 12L1.8 4A2.2 2.2 0 1 1 5 3.4Q4.4 4.8 2 6Q0 7.2 0 9A3 3 0 0 0 3.2 12Q6.4 12 7.4 7'],
  "'": [0, 'M0 0V3'],
  '"': [2, 'M0 0V3M2 0V3'],
  '*': [4.4, 'M2.2 1V6M0 2.2L4.4 4.8M4.4 2.2L0 4.8'],
  '@': [10, 'M7.4 7A2.4 2.6 0 1 1 2.6 7A2.4 2.6 0 1 1 7.4 7V8.4A1.3 1.4 0 0 0 10 8.4V6A5 5.6 0 1 0 8 11.4'],
};

const UNKNOWN: Glyph = { width: 6, path: 'M0 0H6V12H0Z' };

function glyphOf(character: string): Glyph {
  const found = Object.hasOwn(GLYPHS, character) ? GLYPHS[character] : undefined;
  return found ? { width: found[0], path: found[1] } : UNKNOWN;
}

/** Accents are dropped (é is drawn as e), what cannot be drawn becomes an empty frame. */
const charactersOf = (text: string): string[] => [...text.normalize('NFKD').replace(/\p{Mark}/gu, '').replace(/\s/gu, ' ')];

/** False when an empty frame would stand for some character of it. */
export const canDraw = (text: string): boolean => charactersOf(text).every((character) => Object.hasOwn(GLYPHS, character));

export function strokeTextWidth(text: string): number {
  const widths = charactersOf(text).map((character) => glyphOf(character).width);
  return widths.reduce((sum, width) => sum + width, 0) + Math.max(0, widths.length - 1) * LETTER_GAP_UNITS;
}

/** SVG elements of one line, its top left at the origin, in font units. The output holds no character of `text` itself, so nothing needs escaping. */
export function strokeText(text: string): string {
  let x = 0;
  const paths: string[] = [];
  for (const character of charactersOf(text)) {
    const { width, path } = glyphOf(character);
    if (path !== '') paths.push(`<path transform="translate(${x.toFixed(2)} 0)" d="${path}"/>`);
    x += width + LETTER_GAP_UNITS;
  }
  return paths.join('');
}
