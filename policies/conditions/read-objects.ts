/** `objects` from stored JSON, and from `class-above`, as rules were stored before there was more to say of objects. */
import { canonicalClass } from '../class-names.ts';
import { MAX_DURATION_MS } from '../language/limits.ts';
import { classAbove, objects, selector } from '../model.ts';
import type { Comparison, Objects, Selector } from '../model.ts';
import { hasFewDecimals } from '../probability.ts';

type Fields = Readonly<Record<string, unknown>>;
type Refuse = (reason: string) => never;

/** Far more than the longest label list in public use (1 203 classes), and no fewer than the longest text of a rule has room for. */
const MAX_NAMES = 25_000;

export const CLASS_ABOVE_FIELDS = ['label', 'comparison', 'threshold'] as const;

export function readClassAbove({ label, comparison, threshold }: Fields, refuse: Refuse): Objects {
  return classAbove(readName('label', label, refuse), readComparison(comparison, refuse), readThreshold(threshold, refuse));
}

export function readObjects(fields: Fields, refuse: Refuse): Objects {
  const { select, motion, dwellMs, atLeast, atMost } = fields;
  if (!Array.isArray(select) || select.length === 0 || select.length > MAX_NAMES) return refuse(`select must be a list of 1 to ${MAX_NAMES}`);
  if (motion !== 'any' && motion !== 'arrival' && motion !== 'departure') return refuse('motion must be any, arrival or departure');
  if (!isWhole(dwellMs) || dwellMs > MAX_DURATION_MS) return refuse(`dwellMs must be a whole number from 0 to ${MAX_DURATION_MS}`);
  if (motion === 'departure' && dwellMs > 0) return refuse('dwellMs must be 0 with departure: what has left stays no longer');
  if (!isWhole(atLeast)) return refuse('atLeast must be a whole number');
  if (atMost !== null && (!isWhole(atMost) || atMost < atLeast)) return refuse('atMost must be null or a whole number that is no less than atLeast');
  const [minSize, maxSize] = [readSize('minSize', fields['minSize'], refuse), readSize('maxSize', fields['maxSize'], refuse)];
  if (minSize !== null && maxSize !== null && minSize > maxSize) return refuse('minSize must not be greater than maxSize');
  return objects(select.map((item) => readSelector(item, refuse)), {
    except: readNames('except', fields['except'], refuse).map(canonicalClass),
    zones: readNames('zones', fields['zones'], refuse),
    outside: readNames('outside', fields['outside'], refuse),
    minSize, maxSize, dwellMs, motion, atLeast, atMost,
  });
}

function readSelector(value: unknown, refuse: Refuse): Selector {
  if (typeof value !== 'object' || value === null || Object.keys(value).some((field) => !['name', 'comparison', 'threshold'].includes(field))) {
    return refuse('a selector has name, comparison and threshold and nothing else');
  }
  const { name, comparison, threshold } = value as Record<string, unknown>;
  return selector(readName('name', name, refuse), readComparison(comparison, refuse), readThreshold(threshold, refuse));
}

const readName = (field: string, value: unknown, refuse: Refuse): string =>
  (typeof value === 'string' && value.trim() !== '' ? canonicalClass(value) : refuse(`${field} must be the name of a class`));

const readComparison = (value: unknown, refuse: Refuse): Comparison => (value === '>' || value === '>=' ? value : refuse('comparison must be > or >='));

function readThreshold(value: unknown, refuse: Refuse): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) return refuse('threshold must be a number from 0 to 1');
  return hasFewDecimals(value) ? value : refuse('threshold must have at most six decimals');
}

function readSize(field: string, value: unknown, refuse: Refuse): number | null {
  if (value === null) return null;
  if (typeof value !== 'number' || !(value >= 0 && value <= 1) || !hasFewDecimals(value)) return refuse(`${field} must be null or a share from 0 to 1 of at most six decimals`);
  return value;
}

function readNames(field: string, value: unknown, refuse: Refuse): readonly string[] {
  const isName = (item: unknown): item is string => typeof item === 'string' && item.trim() !== '';
  return Array.isArray(value) && value.length <= MAX_NAMES && value.every(isName) ? value : refuse(`${field} must be a list of at most ${MAX_NAMES} names`);
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
