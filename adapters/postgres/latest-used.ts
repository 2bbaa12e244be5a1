/** A map that keeps what was used latest, up to a weight; what was used longest ago goes first. */

export class LatestUsed<V> {
  /** Used longest ago first. */
  readonly #kept = new Map<string, V>();
  readonly #most: number;
  readonly #weigh: (value: V) => number;
  #weight = 0;

  constructor(most: number, weigh: (value: V) => number = () => 1) {
    this.#most = most;
    this.#weigh = weigh;
  }

  get(key: string): V | undefined {
    const value = this.#kept.get(key);
    if (value === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, value);
    return value;
  }

  /** The newest stays however heavy it is, or what is too heavy would be made anew at every use. */
  set(key: string, value: V): V {
    this.#drop(key);
    this.#kept.set(key, value);
    this.#weight += this.#weigh(value);
    for (const oldest of this.#kept.keys()) {
      if (this.#weight <= this.#most || oldest === key) break;
      this.#drop(oldest);
    }
    return value;
  }

  clear(): void {
    this.#kept.clear();
    this.#weight = 0;
  }

  #drop(key: string): void {
    const value = this.#kept.get(key);
    if (value === undefined) return;
    this.#kept.delete(key);
    this.#weight -= this.#weigh(value);
  }
}
