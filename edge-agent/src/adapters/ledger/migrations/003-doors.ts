import type { Migration } from './migration.ts';

/** What the doors of the site keep: credentials of piles, certificates, and what happened there. */
export const doors: Migration = {
  no: 3,
  what: 'credentials, certificates, security events',
  minReader: 1,
  up: {
    core: `
CREATE TABLE credential (pile_no TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE certificate (serial_no TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE security_event (id INTEGER PRIMARY KEY, pile_no TEXT, body TEXT NOT NULL);
CREATE INDEX security_event_pile ON security_event (pile_no, id);
`,
    bulk: '',
  },
  down: {
    core: 'DROP TABLE security_event; DROP TABLE certificate; DROP TABLE credential;',
    bulk: '',
  },
};
