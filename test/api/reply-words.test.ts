import { describe, expect, it } from 'vitest';
import { isForProvider, meaningOf } from '../../api/reply-words.ts';

describe('a reply', () => {
  it.each(['1', ' 1 ', '1.', '1 .', '1!', '(1)', '"1"', '#1', '1\n', '1️⃣', '１', '①', '1\u200b', "'1'"])('%j takes charge', (words) => {
    expect(meaningOf(words)).toBe('acknowledge');
  });

  it.each(['2', '2.', ' 2\r\n', '2️⃣', '２'])('%j is a false alarm', (words) => {
    expect(meaningOf(words)).toBe('false_alarm');
  });

  it.each(['', ' ', '3', '12', '1 minute please', '1 2', '2 dogs', 'one', 'ok', '0', '-1', '1/2', 'I', 'l', '𝟭𝟭', '__proto__', 'constructor', '1?'])('%j is neither', (words) => {
    expect(meaningOf(words)).toBeUndefined();
  });

  it.each(['STOP', 'stop', ' Stop ', 'HELP', 'unsubscribe', 'Start'])('%j is for the provider', (words) => {
    expect(isForProvider(words)).toBe(true);
  });

  it.each(['1', 'stop it', 'please help', 'no'])('%j is for us', (words) => {
    expect(isForProvider(words)).toBe(false);
  });
});
