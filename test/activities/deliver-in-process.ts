/** A process of its own that delivers the messages of one incident, for tests that kill it: `<database URL> <SMTP URL> <incident>`. */
import { createPool } from '../../adapters/postgres/pool.ts';
import { createDeliverer } from './deliverer.ts';

const [databaseUrl = '', smtpUrl = '', incidentId = ''] = process.argv.slice(2);
const pool = createPool(databaseUrl, { connections: 2, applicationName: 'deliver-in-process' });
await createDeliverer(pool, smtpUrl).deliver(incidentId);
