/** What a kind of condition must be able to do. One file beside this one per kind; `index.ts` is the registry. */
import type { AssignedRule } from '../../contracts/rule.ts';
import type { Hit } from '../memory/device-memory.ts';
import type { LocalClock } from '../local-clock.ts';
import type { Condition } from '../model.ts';
import type { ClassSeen } from '../sightings.ts';
import type { ZoneTable } from '../zones.ts';
import type { Findings } from './findings.ts';
import type { WhenScope } from './when-scope.ts';

/** What one frame is judged by. One object per frame; what is made on demand is kept on it. */
export interface FrameFacts {
  readonly classes: readonly ClassSeen[];
  /** What stood in view and has left with this frame, by class. */
  readonly departed: readonly ClassSeen[];
  readonly zones: ZoneTable;
  readonly atMs: number;
  /** Null where there is no frame: then nothing is known of time. */
  readonly timeZone: string | null;
  /** What was before is not known of a late frame: conditions that ask for it do not hold on one. */
  readonly late: boolean;
  /** Number of the frame (policies/memory/device-memory.ts). */
  readonly frame: number;
  readonly hits: Readonly<Record<string, readonly Hit[]>>;
  /** Hits that this frame adds to, as they will be remembered: key and list in turn. */
  readonly moved: [key: string, hits: readonly Hit[]][];
  clock: LocalClock | null;
  scope: WhenScope | null;
}

/** What a condition must be given, known before any frame. */
export interface Asks {
  /** Classes, groups and `anything` whose being seen or leaving may change what it says. */
  readonly names: readonly string[];
  /** It may hold on a frame that shows none of them. */
  readonly holdsWithout: boolean;
  /** It must see every frame, whatever that shows, to know later how often something held. */
  readonly everyFrame: boolean;
  /** It asks the scene memory. */
  readonly scene: boolean;
  /** It says something only because of earlier frames, and nothing of a late one. */
  readonly remembers: boolean;
  /** Keys of its hits in the device memory, with the number of frames for which one can count. */
  readonly hitKeys: readonly (readonly [key: string, frames: number])[];
}

export interface CompiledCondition {
  readonly asks: Asks;
  /**
   * Says its own clause, then has its children say theirs, whatever their truth: an explanation leaves nothing out.
   * One that does not hold must leave no evidence.
   */
  judge(facts: FrameFacts, findings: Findings): boolean;
}

/** Where in which rule a node stands. */
export interface Position {
  readonly rule: AssignedRule;
  /** As in contracts/verdict.ts. */
  readonly path: string;
}

export interface ConditionKind<C extends Condition> {
  /** What a node of this kind holds beside `kind`. */
  readonly fields: readonly Exclude<keyof C & string, 'kind'>[];
  /** A node of this kind from foreign JSON; `refuse` throws and names the place. */
  read(fields: Readonly<Record<string, unknown>>, readChild: (value: unknown, index: number) => Condition, refuse: (reason: string) => never): C;
  /** Texts are made here, once, and not per frame. */
  compile(node: C, position: Position, compileChild: (child: Condition, index: number) => CompiledCondition): CompiledCondition;
}
