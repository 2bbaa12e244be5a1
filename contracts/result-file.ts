/** The file that detect writes for a frame, for programs that pick up files. `api/shapes/result-file.ts` describes it to them. */
import type { DetectionSet } from './detection.ts';
import type { Instant } from './time.ts';

/** Stands in every file. The number moves when a reader of the old form could misread the new one; fields that are added do not move it. */
export const RESULT_FILE_SCHEMA = 'urn:watchpost:schema:detections:1';

export interface ResultFile extends DetectionSet {
  readonly schema: typeof RESULT_FILE_SCHEMA;
  readonly frameId: string;
  readonly tag: string;
  readonly capturedAt: Instant;
}

export function resultFile({ frameId, tag, capturedAt }: Pick<ResultFile, 'frameId' | 'tag' | 'capturedAt'>, set: DetectionSet): ResultFile {
  const { width, height, model, detections } = set;
  return { schema: RESULT_FILE_SCHEMA, frameId, tag, capturedAt, width, height, model, detections };
}
