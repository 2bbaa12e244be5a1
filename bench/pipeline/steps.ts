/** The parts of a run one after the other: one that fails is told of and does not cost the others. */
import { interruptSignal } from './interrupt.ts';

export interface Steps {
  /** Null when it failed. Throws only what an interrupt throws. */
  step<T>(name: string, work: () => Promise<T>): Promise<T | null>;
  readonly failures: readonly { readonly step: string; readonly reason: string }[];
}

export function runSteps(say: (line: string) => void): Steps {
  const failures: { step: string; reason: string }[] = [];
  return {
    failures,
    async step(name, work) {
      interruptSignal.throwIfAborted();
      const startedAt = performance.now();
      say(`${name} ...`);
      try {
        const found = await work();
        say(`${name}: done in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
        return found;
      } catch (error) {
        interruptSignal.throwIfAborted();
        const reason = error instanceof Error ? error.message : String(error);
        say(`${name}: FAILED: ${reason}`);
        failures.push({ step: name, reason });
        return null;
      }
    },
  };
}
