import { exampleText } from '@holdfast/edge-agent/config/example';
import { configPage } from '@holdfast/edge-agent/config/page';
import { ordersReadme } from '@holdfast/edge-agent/orders/testing/readme';
import { gqaaPage } from '@holdfast/protocols/gqaa/page';
import { jfyPage } from '@holdfast/protocols/jfy/page';
import { ykcPage } from '@holdfast/protocols/ykc/page';
import { errorsPage } from '@holdfast/shared/errors/page';

/** A page that is written from a table, a schema or a machine, never by hand. */
export interface Page {
  /** From the root of the project. */
  readonly path: string;
  readonly text: () => string;
}

export const PAGES: readonly Page[] = [
  { path: 'protocols/src/ykc/README.md', text: ykcPage },
  { path: 'protocols/src/gqaa/README.md', text: gqaaPage },
  { path: 'protocols/src/jfy/README.md', text: jfyPage },
  { path: 'shared/src/errors/README.md', text: errorsPage },
  { path: 'edge-agent/src/orders/README.md', text: ordersReadme },
  { path: 'edge-agent/CONFIG.md', text: configPage },
  { path: 'edge-agent/config.example.json', text: exampleText },
];
