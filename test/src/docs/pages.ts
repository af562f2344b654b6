import { ykcPage } from '@holdfast/protocols/ykc/page';

/** A page that is written from a table, never by hand. */
export interface Page {
  /** From the root of the project. */
  readonly path: string;
  readonly text: () => string;
}

export const PAGES: readonly Page[] = [{ path: 'protocols/src/ykc/README.md', text: ykcPage }];
