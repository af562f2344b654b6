import type { Migration } from './migration.ts';

/*
 * `outbox` has a rowid: bodies of orders are long, and a b-tree keyed by (stream, seq) would put most
 * of them on overflow pages. `coalesces` marks what a newer event of its key may replace. Lossless
 * lanes keep the chain of the day with each row; for the others see `lossy-chain.ts`.
 */
const streams = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE stream (
  no INTEGER PRIMARY KEY,
  vendor TEXT NOT NULL,
  lane TEXT NOT NULL,
  next INTEGER NOT NULL CHECK (next > acked),
  acked INTEGER NOT NULL CHECK (acked >= 0),
  handed INTEGER NOT NULL,
  pending INTEGER NOT NULL CHECK (pending >= 0),
  pending_bytes INTEGER NOT NULL CHECK (pending_bytes >= 0),
  UNIQUE (vendor, lane)
);

CREATE TABLE outbox (
  stream INTEGER NOT NULL REFERENCES stream (no),
  seq INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  kind_version INTEGER NOT NULL,
  key TEXT NOT NULL,
  body TEXT NOT NULL,
  coalesces INTEGER NOT NULL,
  day_count INTEGER,
  hash TEXT
);
CREATE UNIQUE INDEX outbox_seq ON outbox (stream, seq);
CREATE INDEX outbox_waiting ON outbox (stream, key, kind, seq) WHERE coalesces = 1;

CREATE TABLE gap (
  stream INTEGER NOT NULL REFERENCES stream (no),
  from_seq INTEGER NOT NULL,
  to_seq INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (stream, from_seq)
) WITHOUT ROWID;

CREATE TABLE day_chain (
  stream INTEGER NOT NULL REFERENCES stream (no),
  day TEXT NOT NULL,
  count INTEGER NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (stream, day)
) WITHOUT ROWID;
`;

const core = `
CREATE TABLE orders (
  order_no TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  pile_no TEXT NOT NULL,
  opened_at_ms INTEGER NOT NULL,
  flagged INTEGER NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX orders_newest ON orders (opened_at_ms, order_no);
CREATE INDEX orders_pile ON orders (pile_no, opened_at_ms);
CREATE INDEX orders_open ON orders (opened_at_ms) WHERE state NOT IN ('settled', 'failed', 'orphan');

CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  trade_no TEXT NOT NULL,
  pile_no TEXT NOT NULL,
  frame_type TEXT NOT NULL,
  raw_hex TEXT NOT NULL,
  received_at_ms INTEGER NOT NULL
);
CREATE INDEX record_trade ON record (trade_no);

CREATE TABLE command (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  deadline_ms INTEGER NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX command_state ON command (state, deadline_ms);

CREATE TABLE pile (pile_no TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
`;

const dropStreams = 'DROP TABLE day_chain; DROP TABLE gap; DROP TABLE outbox; DROP TABLE stream;';

export const spine: Migration = {
  no: 1,
  what: 'streams, orders, records, commands, piles, counters',
  minReader: 1,
  up: { core: streams + core, bulk: streams },
  down: {
    core: `${dropStreams} DROP TABLE orders; DROP TABLE record; DROP TABLE command; DROP TABLE pile;
      DROP TABLE counter; DROP TABLE meta;`,
    bulk: `${dropStreams} DROP TABLE meta;`,
  },
};
