/** The heads of ONNX files that we can read. */
import type { OnnxHead } from '../../../../contracts/model.ts';
import type { Head } from '../head.ts';
import { detr } from './detr.ts';
import { picodet } from './picodet.ts';
import { yolox } from './yolox.ts';

export const HEADS: Readonly<Record<OnnxHead, Head>> = { yolox, detr, picodet };
