import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strongest, TERMINAL_STATES } from '../../contracts/terminal-states.ts';

const verdictState = fc.constantFrom('alerted' as const, 'suppressed' as const, 'no_match' as const);

describe('the end of a frame with several verdicts', () => {
  it.each([
    [[], 'no_match'],
    [['no_match'], 'no_match'],
    [['no_match', 'suppressed'], 'suppressed'],
    [['suppressed', 'alerted', 'no_match'], 'alerted'],
  ] as const)('of %j is %s', (states, end) => {
    expect(strongest(states)).toBe(end);
  });

  it('is one of the verdicts and depends neither on order nor on grouping', () => {
    fc.assert(
      fc.property(fc.array(verdictState, { minLength: 1 }), fc.array(verdictState), (some, others) => {
        const end = strongest([...some, ...others]);
        expect([...some, ...others]).toContain(end);
        expect(strongest([...others, ...some])).toBe(end);
        expect(strongest([strongest(some), strongest(others)])).toBe(end);
        expect(TERMINAL_STATES).toContain(end);
      }),
    );
  });
});
