/** The secret that the webhooks of a contact are signed with. */
import { derivedKey } from './derived-key.ts';

/** As Standard Webhooks writes it: `whsec_` and base64. Made from the signing secret, so that no row of the database holds it. */
export const createWebhookSecrets = (secret: string) => (contactId: string): string =>
  `whsec_${derivedKey(secret, 'webhook', contactId).toString('base64')}`;
