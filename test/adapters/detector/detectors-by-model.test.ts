import { describe, expect, it } from 'vitest';
import type { Detector } from '../../../activities/ports/detector.ts';
import { DetectorsByModel } from '../../../adapters/detector/detectors.ts';
import { KNOWN_MODELS } from '../../../adapters/detector/known-models.ts';
import { Failure } from '../../../contracts/failures.ts';
import type { ModelDescription } from '../../../contracts/model.ts';

const model = (name: string, version = '1'): ModelDescription => ({ ...KNOWN_MODELS[0]!, name, version, sha256: name });

function detectorOf({ name, version, sha256 }: ModelDescription, onClose: () => void = () => {}): Detector {
  const identity = { name, version, sha256, runtime: 'none', calibration: 'none' };
  return { identity, labels: [], detect: async (_, size) => ({ ...size, model: identity, detections: [] }), close: async () => onClose() };
}

/** A registry that is changed by hand, and a trace of what was opened and closed. */
function underTest() {
  const registered = new Map<string, ModelDescription>(['a', 'b', 'c', 'd', 'e'].map((name) => [name, model(name)]));
  const trace: string[] = [];
  const broken = new Set<string>();
  let nowMs = 0;
  const detectors = new DetectorsByModel({
    standard: detectorOf(model('standard'), () => trace.push('closed standard')),
    find: async (name) => (name === 'standard' ? model('standard') : registered.get(name)),
    open: async (wanted) => {
      trace.push(`opened ${wanted.name} ${wanted.version}`);
      if (broken.has(wanted.name)) throw new Failure('detector_unavailable', 'its file is gone');
      return detectorOf(wanted, () => trace.push(`closed ${wanted.name} ${wanted.version}`));
    },
    now: () => nowMs,
  });
  return { detectors, registered, broken, trace, pass: (ms: number) => { nowMs += ms; } };
}

const nameOf = async (detector: Promise<Detector>) => (await detector).identity.name;
const unavailable = (detail: RegExp) => expect.objectContaining({ name: 'Failure', code: 'model_unavailable', detail: expect.stringMatching(detail) });

describe('the detectors of a process', () => {
  it('are its own for devices that name no model, or that one', async () => {
    const { detectors, trace } = underTest();
    expect(await nameOf(detectors.of(null))).toBe('standard');
    expect(await detectors.of('standard')).toBe(await detectors.of(null));
    expect(trace).toEqual([]);
  });

  it('are opened once for all who name them', async () => {
    const { detectors, trace } = underTest();
    expect(await Promise.all(['a', 'b', 'a'].map((name) => nameOf(detectors.of(name))))).toEqual(['a', 'b', 'a']);
    expect(trace).toEqual(['opened a 1', 'opened b 1']);
  });

  it('follow a new version of a model', async () => {
    const { detectors, registered } = underTest();
    await detectors.of('a');
    registered.set('a', model('a', '2'));
    expect((await detectors.of('a')).identity.version).toBe('2');
  });

  it('are few at a time: the one used longest ago is closed', async () => {
    const { detectors, trace } = underTest();
    for (const name of ['a', 'b', 'c', 'd', 'a', 'e']) await detectors.of(name);
    await detectors.close();
    expect(trace.filter((line) => line.startsWith('closed'))).toEqual(['closed b 1', 'closed c 1', 'closed d 1', 'closed a 1', 'closed e 1']);
  });

  it('say which model nobody registered, or why it does not open, and try again later', async () => {
    const { detectors, broken, trace, pass } = underTest();
    await expect(detectors.of('unheard')).rejects.toThrow(unavailable(/no model unheard is registered/));
    broken.add('a');
    await expect(detectors.of('a')).rejects.toThrow(unavailable(/^model a 1: its file is gone$/));
    broken.delete('a');
    await expect(detectors.of('a')).rejects.toThrow(unavailable(/its file is gone/));
    expect(trace).toEqual(['opened a 1']);
    pass(30_000);
    expect(await nameOf(detectors.of('a'))).toBe('a');
  });

  it('do not take an outage of the registry for a model that is missing', async () => {
    const detectors = new DetectorsByModel({
      standard: detectorOf(model('standard')), open: async (wanted) => detectorOf(wanted),
      find: async () => { throw new Failure('database_unavailable', 'away'); },
    });
    await expect(detectors.of('a')).rejects.toThrow(expect.objectContaining({ code: 'database_unavailable' }));
  });
});
