import { expect, it } from 'vitest';
import { failuresPage } from '../../api/failures-page.ts';
import { FAILURES } from '../../contracts/failures.ts';

// After a change of the table: npx vitest run test/api/failures-page.test.ts -u
it('failures are documented as they are', async () => {
  await expect(failuresPage()).toMatchFileSnapshot('../../docs/failures.md');
});

it('every failure is on the page, once', () => {
  for (const code of Object.keys(FAILURES)) expect(failuresPage().split(`| \`${code}\` |`)).toHaveLength(2);
});
