/** `when` expressions and, beside each, what it says in TypeScript. */
import { groupNamed } from './things.ts';
import type { FrameFacts, Thing } from './things.ts';
import { wallClock } from './wall-clock.ts';

interface Expression {
  readonly text: string;
  readonly asksScene: boolean;
  readonly holds: (frame: FrameFacts) => boolean;
}

const plain = (text: string, holds: Expression['holds']): Expression => ({ text, asksScene: false, holds });
const remembering = (text: string, holds: Expression['holds']): Expression => ({ text, asksScene: true, holds });
const hour = ({ atMs, timeZone }: FrameFacts): number => Math.floor(wallClock(atMs, timeZone).minute / 60);
const some = ({ things }: FrameFacts, test: (thing: Thing) => boolean): boolean => things.some(test);

export const EXPRESSIONS: readonly Expression[] = [
  plain('objects.exists(o, o.label == "person" && o.probability > 0.5)', (frame) => some(frame, ({ label, probability }) => label === 'person' && probability > 0.5)),
  plain('objects.count("vehicle") >= 2', ({ things }) => things.filter(({ label }) => groupNamed(label) === 'vehicle').length >= 2),
  plain('objects.filter(o, o.group == "animal").size() > 0 || hour < 6', (frame) => some(frame, ({ label }) => groupNamed(label) === 'animal') || hour(frame) < 6),
  plain('objects.all(o, o.size < 0.25)', (frame) => !some(frame, ({ size }) => size >= 0.25)),
  plain('objects.exists(o, "yard" in o.zones && o.label in ["car", "dog"])', (frame) => some(frame, ({ label, zones }) => zones.includes('yard') && ['car', 'dog'].includes(label))),
  plain('objects.exists(a, objects.exists(b, a != b && a.label == b.label))', ({ things }) => new Set(things.map(({ label }) => label)).size < things.length),
  plain('objects.exists_one(o, o.probability >= 0.5)', ({ things }) => things.filter(({ probability }) => probability >= 0.5).length === 1),
  plain('objects[1].label == "person"', ({ things }) => things[1]?.label === 'person'),
  plain('weekday >= 6 && objects.count("person") > 0', (frame) => wallClock(frame.atMs, frame.timeZone).weekday >= 6 && some(frame, ({ label }) => label === 'person')),
  plain('!objects.exists(o, like(o.label, "^(car|tru)"))', (frame) => !some(frame, ({ label }) => label.startsWith('car') || label.startsWith('tru'))),
  remembering('objects.exists(o, o.dwell >= 5.0)', (frame) => some(frame, ({ facts }) => (facts?.dwellMs ?? 0) >= 5000)),
  remembering('objects.exists(o, o.arrived && o.group == "vehicle")', (frame) => some(frame, ({ label, facts }) => facts?.arrived === true && groupNamed(label) === 'vehicle')),
  remembering('departed.count("vehicle") >= 1', ({ departed }) => departed.some(({ label }) => groupNamed(label) === 'vehicle')),
  remembering('departed.size() == 0 && objects.size() > 1', ({ departed, things }) => departed.length === 0 && things.length > 1),
];
