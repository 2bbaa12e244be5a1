import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/servers.ts'],
    // Processes, because workers, native libraries and real servers do not share one well.
    pool: 'forks',
    // Two cores carry the servers and two files at once; more only makes every wait longer.
    maxWorkers: 2,
    // Real servers start and real frames flow; a stuck test still ends.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
