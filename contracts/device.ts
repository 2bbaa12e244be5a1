/** A device: what the product must know of a camera beyond whose it is and where it stands. */

/** Corners in shares of the upright picture, 0..1 from its top left. Closed by itself; the last corner is not the first one again. */
export type Polygon = readonly (readonly [x: number, y: number])[];

/**
 * What kind of camera it is, which decides the limits that its frames must keep to (`docs/settings.md`).
 * `camera`: an ordinary one. `thermal`: few pixels and little contrast. `panorama`: stitched or fisheye strips, many times wider than high.
 */
export const DEVICE_CLASSES = ['camera', 'thermal', 'panorama'] as const;
export type DeviceClass = (typeof DEVICE_CLASSES)[number];
