import { SegmentedMessage } from 'sms-segments-calculator';
import { describe, expect, it } from 'vitest';
import { inGsm7, isGsm7 } from '../../../../adapters/channels/twilio/gsm7.ts';

describe('the alphabet of text messages', () => {
  it('is the one that segments are counted by', () => {
    const every = Array.from({ length: 0xffff }, (_, code) => String.fromCharCode(code + 1));
    const disputed = every.filter((character) => isGsm7(character) !== (new SegmentedMessage(character).encodingName === 'GSM-7'));
    expect(disputed).toEqual([]);
  });

  it.each([
    ['Café Zürich, Straße, Ñandú, Ærø', 'Café Zürich, Straße, Ñandu, Ærø'],
    ['“Back” ‘door’ „hinten“ «là»', '"Back" \'door\' "hinten" "là"'],
    ['yard – gate — lane ‑ x − 3', 'yard - gate - lane - x - 3'],
    ['and so on…', 'and so on...'],
    ['Łódź, Škoda, Győr, București, façade, Đakovo', 'Lodz, Skoda, Gyor, Bucuresti, facade, Dakovo'],
    ['20\u00a0°C, ½ m², ﬁre №5', '20 degC, 1/2 m2, fire No5'],
    ['e\u0301te\u0301', 'été'],
    ['zero\u200bwidth', 'zerowidth'],
    ['`tick` ´tock´', "'tick' 'tock'"],
    ['Price {5 €} [a|b] ~ ^ \\', 'Price {5 €} [a|b] ~ ^ \\'],
  ])('%s', (given, substituted) => {
    expect(inGsm7(given)).toBe(substituted);
    expect(isGsm7(substituted)).toBe(true);
  });

  it.each(['Задняя дверь – “двор”', '裏口…', 'Πίσω πόρτα', '🏠 home’s'])('a name in a script that it lacks stays as it is: %s', (name) => {
    expect(inGsm7(name)).toBe(name);
  });
});
