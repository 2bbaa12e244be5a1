/**
 * sharp with the settings that this product needs; the only file that imports it, so that no picture is opened without them.
 * They hold for the whole process.
 */
import sharp from 'sharp';

// A frame is opened once and never again: libvips' cache of recent operations would only hold on to its memory.
sharp.cache(false);

// One thread to a picture. Several frames are decoded at once anyway (libuv's pool), and the cores belong to inference.
sharp.concurrency(1);

// libvips reads dozens of formats, some through large parsers. Foreign bytes reach the three that we take; SVG is for our own overlays
// and is kept from foreign bytes by `sniffFormat`.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer', 'VipsForeignLoadSvgBuffer'],
});

export { sharp };
