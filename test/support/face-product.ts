/** The product with the stage `face` that docs/adding-a-stage.md adds. The model behind it is the one thing that the page leaves to the reader. */
import { changesOn, copyProduct } from './changed-product.ts';
import type { ChangedProduct, PageChange } from './changed-product.ts';

const all = changesOn('docs/adding-a-stage.md');
const last = all.findLastIndex(({ path }) => path === 'workflows/frame-pipeline.ts');

/** Of the stage, in the order of the page; then the one that takes it out of the way again. */
export const ADDING: readonly PageChange[] = all.slice(0, last);
export const TAKING_OUT: readonly PageChange[] = all.slice(last);

export function productWithFace(): ChangedProduct {
  const product = copyProduct();
  product.apply(ADDING);
  product.write('adapters/faces/finder.ts', "/** Stands in for a model. */\nexport { openFaceFinder } from '../../test/support/scripted-faces.ts';\n");
  return product;
}
