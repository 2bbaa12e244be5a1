/** The tag stage: pure, so it runs inside the workflow. A tag that does not fit its frame would file pictures under another customer. */
import type { FrameException, FrameRef } from '../contracts/frame.ts';
import type { ValidateResult } from '../contracts/pipeline.ts';
import { parseTag } from '../contracts/tag.ts';

type Owner = ValidateResult['owners'][number];

export function tagProblems(frames: readonly FrameRef[], owners: readonly Owner[]): FrameException[] {
  return owners
    .filter((owner) => !fits(frames[owner.position]?.tag ?? '', owner))
    .map(({ position }) => ({ position, outcome: 'failed', code: 'tag_mismatch' }));
}

function fits(text: string, owner: Owner): boolean {
  try {
    const tag = parseTag(text);
    return tag.userId === owner.userId && tag.timeZone === owner.timeZone;
  } catch {
    return false;
  }
}
