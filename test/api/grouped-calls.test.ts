import { describe, expect, it } from 'vitest';
import { grouped } from '../../api/grouped-calls.ts';

/** Work whose groups end when they are told to. */
function underHand(most = 100) {
  const groups: { questions: readonly number[]; answer(): void; fail(error: Error): void }[] = [];
  const ask = grouped((questions: readonly number[]) => new Promise<readonly string[]>((resolve, reject) => {
    groups.push({ questions, answer: () => resolve(questions.map((n) => `answer ${n}`)), fail: reject });
  }), most);
  return { ask, groups };
}

const turn = (): Promise<void> => new Promise((done) => { setImmediate(done); });

describe('grouped calls', () => {
  it('let a single caller go at once and alone', async () => {
    const { ask, groups } = underHand();
    const asked = ask(1);
    expect(groups.map(({ questions }) => questions)).toEqual([[1]]);
    groups[0]!.answer();
    expect(await asked).toBe('answer 1');
  });

  it('send together what came meanwhile, in order, and answer each with its own', async () => {
    const { ask, groups } = underHand();
    const asked = [1, 2, 3, 4].map(ask);
    groups[0]!.answer();
    await turn();
    expect(groups.map(({ questions }) => questions)).toEqual([[1], [2, 3, 4]]);
    groups[1]!.answer();
    expect(await Promise.all(asked)).toEqual(['answer 1', 'answer 2', 'answer 3', 'answer 4']);
  });

  it('are never larger than the limit', async () => {
    const { ask, groups } = underHand(2);
    const asked = [1, 2, 3, 4].map(ask);
    for (let n = 0; n < 3; n += 1) {
      groups[n]!.answer();
      await turn();
    }
    expect(groups.map(({ questions }) => questions)).toEqual([[1], [2, 3], [4]]);
    await Promise.all(asked);
  });

  it('tell a failure to those of its group, and go on with the next', async () => {
    const { ask, groups } = underHand();
    const [first, second] = [ask(1), ask(2)];
    groups[0]!.fail(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await turn();
    groups[1]!.answer();
    expect(await second).toBe('answer 2');
    const third = ask(3);
    groups[2]!.answer();
    expect(await third).toBe('answer 3');
  });
});
