/** What a frame may come as. Only what the sender calls it: validate looks at the bytes themselves. */
export const MEDIA_TYPES: readonly string[] = ['image/jpeg', 'image/png', 'image/webp'];
