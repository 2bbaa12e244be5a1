/** All of a list that the API hands out page by page. */

export async function everyPage<Page extends { readonly next: string | null }, Item>(
  ask: (page: { readonly cursor?: string }) => Promise<Page>, itemsOf: (page: Page) => readonly Item[],
): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await ask(cursor === undefined ? {} : { cursor });
    items.push(...itemsOf(page));
    cursor = page.next;
  }
  return items;
}
