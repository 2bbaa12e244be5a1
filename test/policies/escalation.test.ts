import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHANNELS } from '../../contracts/delivery.ts';
import type { Channel } from '../../contracts/delivery.ts';
import { DEFAULT_CHAIN } from '../../contracts/escalation.ts';
import type { Chain, Level } from '../../contracts/escalation.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import type { Severity } from '../../contracts/severity.ts';
import { firstStep, nextStep } from '../../policies/escalation.ts';
import type { Escalation, Reachable, SentMessage, Step } from '../../policies/escalation.ts';

const SECOND = 1_000;
const PACE = { callGapMs: 60 * SECOND };
const contact = (contactId: string, channel: Channel, changed: Partial<Reachable> = {}): Reachable => ({ contactId, channel, own: true, quietUntilMs: null, ...changed });
const [MAIL, SMS, ANNA, BEN] = [contact('mail', 'email'), contact('sms', 'sms'), contact('anna', 'call'), contact('ben', 'call')];
const EVERYBODY = [MAIL, SMS, ANNA, BEN];
const asleep = (sleeper: Reachable): Reachable => ({ ...sleeper, quietUntilMs: 9_000_000 });

/** What a step does, in a word: `opened 0: mail`, `call anna`, `wait 300`, `held: mail`, `exhausted`. */
const said = (step: Step): string => {
  const ids = (contacts: readonly Reachable[]): string => contacts.map(({ contactId }) => contactId).join(' ');
  switch (step.kind) {
    case 'tell': return `${step.telling} ${step.level}: ${ids(step.contacts)}${step.held.length > 0 ? ` (asleep: ${ids(step.held)})` : ''}`;
    case 'call': return `call ${step.contact.contactId}`;
    case 'wait': return `wait ${step.untilMs / SECOND}`;
    case 'held': return `held: ${ids(step.held)}`;
    case 'exhausted': return 'exhausted';
  }
};

interface PlayOptions {
  readonly chain?: Chain;
  readonly severity?: Severity;
  /** When a call ends by the word of the provider, seconds after it was taken; left out: it tells nothing. */
  readonly callEndsAfter?: number;
  /** Messages of these never arrive. */
  readonly dead?: readonly string[];
}

/** Plays an incident that nobody answers, with providers that take everything at once. Lines are `seconds: step`. */
function play(reachable: readonly Reachable[], { chain = DEFAULT_CHAIN, severity = 'critical', callEndsAfter, dead = [] }: PlayOptions = {}): string[] {
  const story: string[] = [];
  let nowMs = 0;
  let state: Escalation = { severity, level: 0, repeats: 0, toldAtMs: null, sent: [] };
  for (let turn = 0; turn < 200; turn += 1) {
    const sent = state.sent.map((message) => ({
      ...message, over: dead.includes(message.contactId) || (message.channel === 'call' && callEndsAfter !== undefined && nowMs >= message.writtenAtMs + callEndsAfter * SECOND),
    }));
    const step = nextStep({ ...state, sent }, chain, reachable, nowMs, PACE);
    if (step.kind === 'wait') {
      const callEnds = sent.filter(({ channel, over }) => channel === 'call' && !over).map(({ writtenAtMs }) => (callEndsAfter === undefined ? Infinity : writtenAtMs + callEndsAfter * SECOND));
      nowMs = Math.min(step.untilMs, ...callEnds);
      continue;
    }
    story.push(`${nowMs / SECOND}: ${said(step)}`);
    const message = ({ contactId, channel }: Reachable): SentMessage => ({ contactId, channel, writtenAtMs: nowMs, takenAtMs: nowMs, over: false });
    if (step.kind === 'tell') state = { severity, level: step.level, repeats: step.repeats, toldAtMs: nowMs, sent: step.contacts.map(message) };
    else if (step.kind === 'call') state = { ...state, sent: [...state.sent, message(step.contact)] };
    else return story;
  }
  throw new Error(`no end:\n${story.slice(0, 20).join('\n')}`);
}

const level = (changed: Partial<Level>): Level => ({ channels: ['email'], contacts: null, severities: SEVERITIES, waitSeconds: 60, repeats: 0, ...changed });

describe('while nobody answers', () => {
  it('the default chain goes from mail to text messages to calls, each contact twice in order, and rings the row once more', () => {
    expect(play(EVERYBODY)).toEqual([
      '0: opened 0: mail', '300: escalated 1: sms', '600: escalated 2: anna', '660: call anna', '720: call ben', '780: call ben',
      '1080: repeated 2: anna', '1140: call anna', '1200: call ben', '1260: call ben', '1560: exhausted',
    ]);
  });

  it('severity decides which levels there are', () => {
    expect(play(EVERYBODY, { severity: 'low' })).toEqual(['0: opened 0: mail', '300: exhausted']);
    expect(play(EVERYBODY, { severity: 'medium' })).toEqual(['0: opened 0: mail', '300: escalated 1: sms', '600: exhausted']);
    expect(play(EVERYBODY, { chain: { levels: [level({ severities: ['low'] }), level({ channels: ['call'], severities: ['critical'] })] } })[0]).toBe('0: opened 1: anna');
  });

  it('a level on which nobody can be told is passed by without waiting', () => {
    expect(play([MAIL, ANNA]).slice(0, 2)).toEqual(['0: opened 0: mail', '300: escalated 2: anna']);
    expect(play([BEN])[0]).toBe('0: opened 2: ben');
  });

  it('a level is repeated as often as it says, each time after its wait', () => {
    expect(play([MAIL], { chain: { levels: [level({ repeats: 2 })] } })).toEqual(['0: opened 0: mail', '60: repeated 0: mail', '120: repeated 0: mail', '180: exhausted']);
  });

  it('the next call begins as soon as the provider says that the last has ended', () => {
    expect(play([ANNA, BEN], { callEndsAfter: 20 }).slice(0, 4)).toEqual(['0: opened 2: anna', '20: call anna', '40: call ben', '60: call ben']);
  });

  it('nobody waits for the answer of somebody whom no message reached', () => {
    expect(play(EVERYBODY, { dead: ['mail', 'sms'] }).slice(0, 3)).toEqual(['0: opened 0: mail', '0: escalated 1: sms', '0: escalated 2: anna']);
  });

  it('a chain names contacts in its own order, also those of somebody else', () => {
    const guard = contact('guard', 'call', { own: false });
    expect(said(firstStep('opened', 'high', { levels: [level({ channels: [], contacts: ['guard', 'mail'] })] }, [...EVERYBODY, guard]))).toBe('opened 0: guard mail');
    expect(said(firstStep('opened', 'high', DEFAULT_CHAIN, [guard, MAIL]))).toBe('opened 0: mail');
  });
});

describe('who sleeps', () => {
  it('is held, and the others of the level are told', () => {
    const night = [MAIL, contact('ben-mail', 'email', { quietUntilMs: 9_000_000 })];
    expect(said(firstStep('opened', 'medium', DEFAULT_CHAIN, night))).toBe('opened 0: mail (asleep: ben-mail)');
  });

  it('is passed by: the next level that is awake is told at once', () => {
    expect(said(firstStep('opened', 'medium', DEFAULT_CHAIN, [asleep(MAIL), SMS]))).toBe('opened 1: sms (asleep: mail)');
  });

  it('is all there is: nobody is told, and all are held', () => {
    expect(said(firstStep('opened', 'medium', DEFAULT_CHAIN, [asleep(MAIL), asleep(SMS)]))).toBe('held: mail sms');
  });
});

describe('a chain that does not fit', () => {
  it('the contacts of a user tells all of them: an alert must reach somebody', () => {
    expect(said(firstStep('opened', 'high', { levels: [level({ channels: ['pagerduty'] })] }, [MAIL, SMS]))).toBe('opened 1: mail sms');
  });

  it('them rings each twice, where they are telephones', () => {
    expect(play([ANNA, BEN], { severity: 'medium' })).toEqual(['0: opened 3: anna', '60: call anna', '120: call ben', '180: call ben', '240: exhausted']);
  });

  it('a severity tells nobody, as it says', () => {
    expect(said(firstStep('opened', 'low', { levels: [level({ severities: ['critical'] })] }, [MAIL]))).toBe('exhausted');
  });
});

it('whatever the chain, it ends, rings nobody more than twice a turn, and never two telephones within a gap', () => {
  const anyLevel = fc.record({
    channels: fc.subarray([...CHANNELS], { minLength: 1 }), contacts: fc.option(fc.subarray(['mail', 'sms', 'anna', 'ben', 'guard']), { nil: null }),
    severities: fc.subarray([...SEVERITIES], { minLength: 1 }), waitSeconds: fc.integer({ min: 30, max: 900 }), repeats: fc.nat(3),
  });
  const people = fc.subarray([...EVERYBODY, contact('guard', 'call', { own: false }), asleep(contact('late', 'call'))]);
  fc.assert(fc.property(fc.array(anyLevel, { minLength: 1, maxLength: 5 }), people, fc.constantFrom(...SEVERITIES), (levels, reachable, severity) => {
    const story = play(reachable, { chain: { levels }, severity });
    expect(story.at(-1)).toMatch(/: (exhausted|held: .*)$/);
    const calls = story.flatMap((line) => {
      const [at = '', step = ''] = line.split(': ', 2);
      const rung = /^call (\w+)/.exec(step)?.[1];
      return rung === undefined ? [] : [Number(at)];
    });
    calls.slice(1).forEach((at, index) => expect(at - (calls[index] ?? 0)).toBeGreaterThanOrEqual(PACE.callGapMs / SECOND));
    for (const { contactId } of reachable.filter(({ quietUntilMs }) => quietUntilMs !== null)) expect(story.some((line) => line.includes(`call ${contactId}`))).toBe(false);
  }), { numRuns: 500 });
});
