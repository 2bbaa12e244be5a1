/** Work that somebody may ask for twice under one name: done once, and the second gets what the first got. */

/** What failed is not remembered: asked again, it is done again. The oldest names are forgotten first. */
export function createRepeats<T>(remembered: number): (name: string, work: () => Promise<T>) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (name, work) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const [oldest] = known.keys();
    if (known.size >= remembered && oldest !== undefined) known.delete(oldest);
    const result = work();
    known.set(name, result);
    result.catch(() => known.delete(name));
    return result;
  };
}
