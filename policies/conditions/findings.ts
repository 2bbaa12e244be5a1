/**
 * Where the conditions of a rule leave what they found. One pair of lists serves all rules of a frame: a list that grows from nothing takes room
 * for sixteen at its first item, which for ten thousand rules is most of the work of a frame.
 */
import type { Clause } from '../../contracts/verdict.ts';

const NO_EVIDENCE: readonly number[] = Object.freeze([]);

export class Findings {
  readonly #clauses: Clause[] = [];
  readonly #evidence: number[] = [];
  readonly #marks: boolean[] = [];
  #clauseCount = 0;
  #evidenceCount = 0;

  /** How much evidence there is: what a condition goes back to when it does not hold. */
  get evidenceCount(): number {
    return this.#evidenceCount;
  }

  /** Returns its place, for a parent that knows its truth only after its children. */
  say(clause: Clause): number {
    this.#clauses[this.#clauseCount] = clause;
    return this.#clauseCount++;
  }

  correct(place: number, clause: Clause): void {
    this.#clauses[place] = clause;
  }

  /** `index`: of a detection. */
  point(index: number): void {
    this.#evidence[this.#evidenceCount] = index;
    this.#evidenceCount += 1;
  }

  dropEvidence(downTo: number): void {
    this.#evidenceCount = downTo;
  }

  clear(): void {
    this.#clauseCount = 0;
    this.#evidenceCount = 0;
  }

  clauses(): readonly Clause[] {
    return this.#clauses.slice(0, this.#clauseCount);
  }

  /** In order of the frame and each once: one object may serve several clauses and still is one object. */
  evidence(): readonly number[] {
    if (this.#evidenceCount === 0) return NO_EVIDENCE;
    for (let n = 1; n < this.#evidenceCount; n += 1) {
      if ((this.#evidence[n] as number) <= (this.#evidence[n - 1] as number)) return this.#evidenceSorted();
    }
    return this.#evidence.slice(0, this.#evidenceCount);
  }

  /** A frame has few detections, so going through all of them is faster than sorting. */
  #evidenceSorted(): readonly number[] {
    let highest = 0;
    for (let n = 0; n < this.#evidenceCount; n += 1) {
      const index = this.#evidence[n] as number;
      this.#marks[index] = true;
      if (index > highest) highest = index;
    }
    const found: number[] = [];
    for (let index = 0; index <= highest; index += 1) {
      if (this.#marks[index] !== true) continue;
      this.#marks[index] = false;
      found.push(index);
    }
    return found;
  }
}
