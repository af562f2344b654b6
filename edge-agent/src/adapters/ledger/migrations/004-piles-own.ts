import type { Migration } from './migration.ts';

/** What piles say in their own words: names of charges, notes of drivers; and the cards of the site. */
export const pilesOwn: Migration = {
  no: 4,
  what: 'names that piles give to charges, notes of piles, cards',
  minReader: 1,
  up: {
    core: `
ALTER TABLE orders ADD COLUMN charge_key TEXT;
ALTER TABLE orders ADD COLUMN charge_no INTEGER;
CREATE INDEX orders_charge_key ON orders (pile_no, charge_key) WHERE charge_key IS NOT NULL;
CREATE INDEX orders_charge_no ON orders (charge_no) WHERE charge_no IS NOT NULL;
CREATE TABLE pile_note (pile_no TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (pile_no, key)) WITHOUT ROWID;
CREATE TABLE card (token TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
`,
    bulk: '',
  },
  down: {
    core: `
DROP TABLE card; DROP TABLE pile_note;
DROP INDEX orders_charge_no; DROP INDEX orders_charge_key;
ALTER TABLE orders DROP COLUMN charge_no; ALTER TABLE orders DROP COLUMN charge_key;
`,
    bulk: '',
  },
};
