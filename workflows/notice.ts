/** The messages of an equipment notice. */
import { continueAsNew } from '@temporalio/workflow';
import type { NoticeInput } from '../contracts/equipment-notice.ts';
import { bringOut } from './bring-out.ts';
import { deliverNotice } from './stage-proxies.ts';

export const noticeWorkflow = (input: NoticeInput): Promise<void> =>
  bringOut(() => deliverNotice(input), () => continueAsNew<typeof noticeWorkflow>(input));
