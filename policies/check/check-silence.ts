/** The loudest warning: a rule that no device it is assigned to can ever make match, though each is looked at as well as can be. */
import { canonicalClass } from '../class-names.ts';
import type { ReadExpression } from '../conditions/when-expression.ts';
import type { Objects, When } from '../model.ts';
import type { CheckSubject } from './check-subject.ts';
import { isReached } from './check-thresholds.ts';
import { nodesOf } from './condition-tree.ts';
import { impossibilityOf } from './impossible-objects.ts';
import { ModelReach } from './model-reach.ts';
import { covers } from './name-cover.ts';
import { listed } from './object-words.ts';
import { possibilitiesOf } from './possibility.ts';
import { NEVER } from './week.ts';

/** What of a device decides whether the rule can match there; equal for most devices of a rule. */
interface View {
  readonly reach: ModelReach;
  /** Of the zones that the rule names, those that the device has; null: nothing is known of zones. */
  readonly zones: ReadonlySet<string> | null;
  /** An object for which the rule names no zone has a place to be. */
  readonly hasPlace: boolean;
}

/** The tree is looked at once for each. Devices that differ so much among themselves are not all blind. */
const MAX_VIEWS = 100;

/** Says nothing of a rule that can match nowhere at all: that is an error by itself. */
export function checkSilence(subject: CheckSubject): void {
  const { root, devices, reach } = subject;
  const canMatch = (canBeSeen: (node: Objects | When) => boolean): boolean =>
    possibilitiesOf(root, (node) => (node.kind === 'when' || impossibilityOf(node) === null) && canBeSeen(node)).get(root)?.may !== NEVER;
  if (reach.isEmpty || !canMatch(() => true)) return;
  const canHold = (node: Objects | When, view: View): boolean =>
    (node.kind === 'when' ? knowsSome(subject.expressionOf(node), view) : node.atLeast === 0 || fitsSomething(node, view));
  const views = viewsOf(subject);
  if (views.length > MAX_VIEWS || views.some((view) => canMatch((node) => canHold(node, view)))) return;
  const where = devices.length === 0 ? `by any model (${reach.names})` : `on any device that it is assigned to (${listed(devices.map(({ deviceId }) => deviceId))})`;
  subject.say('rule_silent', root, `Nothing that would make this rule match can be seen ${where}, so it would stay silent for ever; the other warnings say what is missing.`);
}

function viewsOf({ root, devices, models, reach }: CheckSubject): View[] {
  if (devices.length === 0) return [{ reach, zones: null, hasPlace: true }];
  const named = [...new Set(nodesOf(root).flatMap((node) => (node.kind === 'objects' ? node.zones : [])))];
  const reaches = new Map(models.map((model) => [model.name, new ModelReach([model])]));
  const views = new Map<string, View>();
  for (const { model, zones, assignedZones } of devices) {
    const own = new Set(zones.flatMap(({ name, kind }) => (kind === 'zone' ? [name] : [])));
    const present = named.filter((name) => own.has(name));
    const hasPlace = assignedZones === null || assignedZones.some((name) => own.has(name));
    const key = JSON.stringify([model, present, hasPlace]);
    if (!views.has(key)) views.set(key, { reach: reaches.get(model) ?? reach, zones: new Set(present), hasPlace });
  }
  return [...views.values()];
}

function fitsSomething({ select, except, zones }: Objects, view: View): boolean {
  const hasPlace = zones.length === 0 ? view.hasPlace : view.zones === null || zones.some((name) => view.zones?.has(name));
  return hasPlace && select.some((selector) => {
    const highest = view.reach.highest(selector.name);
    return highest !== null && isReached(selector, highest) && !except.some((left) => covers(left, selector.name));
  });
}

function knowsSome(read: ReadExpression, { reach }: View): boolean {
  const names = 'expression' in read ? read.expression.holdsOnlyWith : null;
  return names === null || names.some((name) => reach.knows(canonicalClass(name)));
}
