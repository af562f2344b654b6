import type { Migration } from './migration.ts';

/** What is held for somebody at the site: groups of cards, and connectors that are reserved. */
export const heldFor: Migration = {
  no: 5,
  what: 'groups of cards, reservations',
  minReader: 1,
  up: {
    core: `
CREATE TABLE card_group (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE reservation (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
`,
    bulk: '',
  },
  down: { core: 'DROP TABLE reservation; DROP TABLE card_group;', bulk: '' },
};
