-- Shadow runs: what another release, other parameters or another day would decide, kept as a report; and the runs somebody
-- has asked for.

-- The report itself; its list of households stands beside it. Neither is ever changed.
CREATE TABLE shadow_run (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  plugin TEXT NOT NULL,
  kind TEXT NOT NULL,
  division INTEGER NOT NULL,
  -- NULL: the measure was not enabled on the first side.
  before_digest TEXT,
  after_digest TEXT NOT NULL,
  as_of INTEGER NOT NULL,
  parameters_hash TEXT NOT NULL,
  households INTEGER NOT NULL,
  gained INTEGER NOT NULL,
  lost INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  unchanged INTEGER NOT NULL,
  amount_before INTEGER NOT NULL,
  amount_after INTEGER NOT NULL,
  report TEXT NOT NULL,
  at INTEGER NOT NULL,
  by_user INTEGER,
  by_name TEXT NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT shadow_run_totals CHECK (households = gained + lost + changed + unchanged)
) STRICT;
CREATE INDEX shadow_run_by_release ON shadow_run (county, plugin, after_digest, id);

-- Households that do not fare the same, largest difference first.
CREATE TABLE shadow_row (
  county INTEGER NOT NULL,
  run INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  household INTEGER NOT NULL,
  division INTEGER NOT NULL,
  change TEXT NOT NULL,
  outcome_before TEXT NOT NULL,
  outcome_after TEXT NOT NULL,
  amount_before INTEGER NOT NULL,
  amount_after INTEGER NOT NULL,
  covered_before INTEGER NOT NULL,
  covered_after INTEGER NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (county, run, rank),
  CONSTRAINT shadow_row_run_known FOREIGN KEY (county, run) REFERENCES shadow_run (county, id)
) STRICT;

-- Asked for, under way, ended: in the end with a report or with what went wrong.
CREATE TABLE shadow_order (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  draft TEXT NOT NULL,
  division INTEGER NOT NULL,
  done INTEGER NOT NULL,
  total INTEGER NOT NULL,
  run INTEGER,
  problem TEXT,
  at INTEGER NOT NULL,
  by_user INTEGER,
  PRIMARY KEY (county, id),
  CONSTRAINT shadow_order_run_known FOREIGN KEY (county, run) REFERENCES shadow_run (county, id)
) STRICT;

CREATE TRIGGER shadow_run_no_update BEFORE UPDATE ON shadow_run BEGIN SELECT RAISE(ABORT, 'doudi: shadow_run rows are never changed'); END;
CREATE TRIGGER shadow_run_no_delete BEFORE DELETE ON shadow_run BEGIN SELECT RAISE(ABORT, 'doudi: shadow_run rows are never changed'); END;
CREATE TRIGGER shadow_row_no_update BEFORE UPDATE ON shadow_row BEGIN SELECT RAISE(ABORT, 'doudi: shadow_row rows are never changed'); END;
CREATE TRIGGER shadow_row_no_delete BEFORE DELETE ON shadow_row BEGIN SELECT RAISE(ABORT, 'doudi: shadow_row rows are never changed'); END;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('shadow_run', 'sqlite_autoindex_shadow_run_1', '1000 100 1'),
  ('shadow_run', 'shadow_run_by_release', '1000 100 10 5 1'),
  ('shadow_row', 'sqlite_autoindex_shadow_row_1', '5000000 500000 5000 1'),
  ('shadow_order', 'sqlite_autoindex_shadow_order_1', '1000 100 1');
ANALYZE sqlite_schema;
