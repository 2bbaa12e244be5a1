/** Headers that every route for frames honours. */
import { Type } from 'typebox';

export const UploadHeaders = Type.Object({
  'content-digest': Type.Optional(Type.String({ description: 'RFC 9530, of the body: `sha-256=:<base64>:`. Checked when given.' })),
  'idempotency-key': Type.Optional(Type.String({
    description: 'Names this frame for all tries to hand it over (draft-ietf-httpapi-idempotency-key-header): 1 to 128 visible ASCII characters, best a UUID, quoted or bare. '
      + 'A repeat under the same key gets the same answer; another device, capture time or picture under it is refused with `idempotency_key_reused`. '
      + 'Keys of different API keys never meet. What was refused leaves its key unused. Of several frames each has the key of its place among them.',
  })),
});
