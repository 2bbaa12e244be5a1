/** Group commit: calls that come while one is under way go together in the next. */

interface Waiting<Q, A> {
  readonly question: Q;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Turns work over a list into calls for single items. One group is under way at a time: with few callers each goes alone and at once, with many
 * the group is as large as one round trip is long, up to `most`. Nobody waits for company. `work` answers in the order of the questions;
 * what it throws, all of its group get.
 */
export function grouped<Q, A>(work: (questions: readonly Q[]) => Promise<readonly A[]>, most: number): (question: Q) => Promise<A> {
  const waiting: Waiting<Q, A>[] = [];
  let underWay = false;

  async function run(): Promise<void> {
    underWay = true;
    while (waiting.length > 0) {
      const group = waiting.splice(0, most);
      try {
        const answers = await work(group.map(({ question }) => question));
        group.forEach(({ resolve }, index) => resolve(answers[index]!));
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    underWay = false;
  }

  return (question) => new Promise((resolve, reject) => {
    waiting.push({ question, resolve, reject });
    if (!underWay) void run();
  });
}
