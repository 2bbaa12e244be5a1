/**
 * The door of the sandbox: what a workflow worker can run. Nothing may be exported or imported here that reads a clock,
 * the network, the disk or the environment; a test looks at the bundle and fails on every source outside workflows/,
 * contracts/ and the SDK.
 */
export { framePipeline } from './frame-pipeline.ts';
export { digestWorkflow } from './digest.ts';
export { incidentWorkflow } from './incident.ts';
export { noticeWorkflow } from './notice.ts';
