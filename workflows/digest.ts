/** The messages of a digest. */
import { continueAsNew } from '@temporalio/workflow';
import type { DigestInput } from '../contracts/digest.ts';
import { bringOut } from './bring-out.ts';
import { deliverDigest } from './stage-proxies.ts';

export const digestWorkflow = (input: DigestInput): Promise<void> =>
  bringOut(() => deliverDigest(input), () => continueAsNew<typeof digestWorkflow>(input));
