/** The picture of the canary: coloured clouds, another one each time, so that it is neither void nor frozen and shows nothing that any class names. */
import { randomBytes } from 'node:crypto';
import { sharp } from './sharp.ts';

const WIDTH = 640;
const HEIGHT = 480;
/** Cells of chance that are drawn out to clouds: few enough that a JPEG of them stays at some kilobytes, enough that no two are alike. */
const ACROSS = 16;
const DOWN = 12;

export const canaryPicture = (): Promise<Buffer> => sharp(randomBytes(ACROSS * DOWN * 3), { raw: { width: ACROSS, height: DOWN, channels: 3 } })
  .resize(WIDTH, HEIGHT, { kernel: 'cubic', fit: 'fill' }).jpeg({ quality: 80 }).toBuffer();
