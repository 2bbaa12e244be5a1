/** DETR-style networks as DEIM, D-FINE and RT-DETR export them (tools/deployment/export_onnx.py): finished rows out. Pure. */
import { Failure } from '../../../../contracts/failures.ts';
import type { Candidate } from '../../overlap.ts';
import type { Head, OutputTensor, Reading } from '../head.ts';
import { floatsOf, requireShare } from '../outputs.ts';

export const detr: Head = {
  normalisation: { channels: [0, 1, 2], mean: [0, 0, 0], deviation: [255, 255, 255], padding: 0 },
  // The network scales its boxes to this size itself.
  sizeInput: 'orig_target_sizes',
  read: (outputs, how) => {
    const named = (name: string): OutputTensor | undefined => outputs.find((output) => output.name === name);
    return readRows(named('labels')?.data, floatsOf(named('boxes'), 'the output boxes'), floatsOf(named('scores'), 'the output scores'), how);
  },
};

/** A row is a label, [left, top, right, bottom] and a score. */
function readRows(labels: unknown, boxes: Float32Array, scores: Float32Array, { classes, floor }: Reading): Candidate[] {
  if (!(labels instanceof BigInt64Array)) throw new Failure('detector_output_invalid', 'the output labels is no tensor of 64-bit integers');
  if (labels.length !== scores.length || boxes.length !== scores.length * 4) {
    throw new Failure('detector_output_invalid', `${labels.length} labels and ${boxes.length} sides of boxes for ${scores.length} scores`);
  }
  const candidates: Candidate[] = [];
  scores.forEach((given, row) => {
    const score = requireShare(given, 'a score');
    if (score < floor) return;
    const labelIndex = Number(labels[row]);
    if (!(labelIndex >= 0 && labelIndex < classes)) throw new Failure('detector_output_invalid', `label ${labelIndex} of a model of ${classes} labels`);
    const [left, top, right, bottom] = boxes.subarray(row * 4, row * 4 + 4) as unknown as [number, number, number, number];
    candidates.push({ labelIndex, score, box: [left, top, right - left, bottom - top] });
  });
  return candidates;
}
