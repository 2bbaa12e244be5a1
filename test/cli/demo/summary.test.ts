import { describe, expect, it } from 'vitest';
import type { AccountingReport } from '../../../api/shapes/plant.ts';
import type { Alert } from '../../../cli/demo/alert-watch.ts';
import { progressText } from '../../../cli/demo/play-through.ts';
import { styleFor } from '../../../cli/demo/style.ts';
import { percentile, summarise, summaryLines } from '../../../cli/demo/summary.ts';
import type { DemoOutcome } from '../../../cli/demo/summary.ts';

const totals = { accepted: 10, open: 0, rejected: 1, no_match: 4, suppressed: 0, alerted: 5, failed: 0, unaccounted: 0 };
const messages = { waiting: 0, sending: 0, delivered: 2, failed: 0, uncertain: 0 };

const alert = (handedOverAfterMs: number): Alert => ({
  incidentId: 'i', ruleId: '101', deviceId: 'door', deviceName: 'Door', localTime: '2026-11-21 03:14:00 CET', seen: 'person 87 %',
  address: 'anna@example.org', handedOverAfterMs, file: 'inbox/1.eml', page: 'http://127.0.0.1:8080/inbox/1',
});

function outcome(changed: { totals?: Partial<typeof totals>; messages?: Partial<typeof messages> } & Partial<Omit<DemoOutcome, 'accounting'>> = {}): DemoOutcome {
  const { totals: otherTotals, messages: otherMessages, ...others } = changed;
  return {
    sent: 10, sentPerSecond: 6, tookMs: 4_000, detectors: [], alerts: [alert(100), alert(900)], ...others,
    accounting: { totals: { ...totals, ...otherTotals }, messages: { ...messages, ...otherMessages } } as AccountingReport,
  };
}

describe('a demo', () => {
  it('went well when every frame is accounted for and somebody was alerted', () => {
    expect(summarise(outcome())).toMatchObject({
      ok: true, problems: [], framesPerSecond: 2.5, alertLatency: { p50Ms: 100, p99Ms: 900 },
      frames: { sent: 10, accepted: 10, unaccounted: 0, states: { rejected: 1, no_match: 4, suppressed: 0, alerted: 5, failed: 0 } },
    });
  });

  it.each([
    ['a receipt without a row', { sent: 11 }, 'the cameras hold receipts for 11 frames, the ledger has 10'],
    ['a frame that is lost or counted twice', { totals: { unaccounted: 1 } }, '1 frames are unaccounted for'],
    ['a frame that is still on its way', { totals: { open: 2 } }, '2 frames are not settled'],
    ['a frame that failed', { totals: { failed: 3 } }, '3 frames failed'],
    ['a message that was refused', { messages: { failed: 1 } }, '1 messages were refused'],
    ['silence', { alerts: [] }, 'nobody was alerted'],
  ])('did not with %s', (_what, changed, problem) => {
    const summary = summarise(outcome(changed));
    expect([summary.ok, summary.problems]).toEqual([false, [problem]]);
    expect(summaryLines(summary, [], plain).join('\n')).toContain(`NOT AS IT SHOULD BE: ${problem}`);
  });

  it('tells of each alert when, where, why, to whom and where to see it', () => {
    const lines = summaryLines(summarise(outcome({ alerts: [alert(420)] })), [{ ruleId: '101', name: 'Somebody is there', text: '' }], plain);
    expect(lines.slice(-3)).toEqual([
      '  2026-11-21 03:14:00 CET  Door  person 87 %  Somebody is there  told anna@example.org after 420 ms', '    inbox/1.eml', '    http://127.0.0.1:8080/inbox/1']);
  });

  it('says loudly that a fallback detector was in use', () => {
    const detector = { name: 'coco-ssd', version: '1', sha256: '', runtime: 'tfjs-wasm', calibration: 'none', labels: [], fallback: 'coco-ssd is used in place of yolox-nano: not found' };
    expect(summaryLines(summarise(outcome({ detectors: [detector] })), [], plain).join('\n')).toMatch(/^ {2}detector +FALLBACK: coco-ssd is used in place of yolox-nano/m);
  });
});

describe('percentiles', () => {
  it.each([
    [[5], 0.5, 5], [[5], 0.99, 5], [[1, 2], 0.5, 1], [[2, 1, 3], 0.5, 2], [[1, 2, 3, 4], 0.99, 4],
    [Array.from({ length: 100 }, (_, n) => n + 1), 0.99, 99], [Array.from({ length: 100 }, (_, n) => n + 1), 0.5, 50],
  ])('of %j at %d is %d, a value that was measured', (values, fraction, expected) => {
    expect(percentile(values, fraction)).toBe(expected);
  });
});

it('progress fills with what is settled and never overflows', () => {
  const at = (settled: number) => progressText({ seconds: 3.7, sent: 5, expected: 10, settled, alerts: 1 });
  expect(at(0)).toBe('  [                    ] 3 s  accepted 5 of 10  settled 0  alerts 1');
  expect(at(5)).toContain('[==========          ]');
  expect(at(99)).toContain('[====================]');
});

const plain = styleFor({ write: () => true }, {});
