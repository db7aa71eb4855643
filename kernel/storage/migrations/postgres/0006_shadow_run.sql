-- Shadow runs: what another release, other parameters or another day would decide, kept as a report; and the runs somebody
-- has asked for.

-- The report itself; its list of households stands beside it. Neither is ever changed.
CREATE TABLE shadow_run (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  plugin TEXT NOT NULL,
  kind TEXT NOT NULL,
  division BIGINT NOT NULL,
  -- NULL: the measure was not enabled on the first side.
  before_digest TEXT,
  after_digest TEXT NOT NULL,
  as_of BIGINT NOT NULL,
  parameters_hash TEXT NOT NULL,
  households BIGINT NOT NULL,
  gained BIGINT NOT NULL,
  lost BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  unchanged BIGINT NOT NULL,
  amount_before BIGINT NOT NULL,
  amount_after BIGINT NOT NULL,
  report TEXT NOT NULL,
  at BIGINT NOT NULL,
  by_user BIGINT,
  by_name TEXT NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT shadow_run_totals CHECK (households = gained + lost + changed + unchanged)
);
CREATE INDEX shadow_run_by_release ON shadow_run (county, plugin, after_digest, id);

-- Households that do not fare the same, largest difference first.
CREATE TABLE shadow_row (
  county BIGINT NOT NULL,
  run BIGINT NOT NULL,
  rank BIGINT NOT NULL,
  household BIGINT NOT NULL,
  division BIGINT NOT NULL,
  change TEXT NOT NULL,
  outcome_before TEXT NOT NULL,
  outcome_after TEXT NOT NULL,
  amount_before BIGINT NOT NULL,
  amount_after BIGINT NOT NULL,
  covered_before BIGINT NOT NULL,
  covered_after BIGINT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (county, run, rank),
  CONSTRAINT shadow_row_run_known FOREIGN KEY (county, run) REFERENCES shadow_run (county, id)
);

-- Asked for, under way, ended: in the end with a report or with what went wrong.
CREATE TABLE shadow_order (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  draft TEXT NOT NULL,
  division BIGINT NOT NULL,
  done BIGINT NOT NULL,
  total BIGINT NOT NULL,
  run BIGINT,
  problem TEXT,
  at BIGINT NOT NULL,
  by_user BIGINT,
  PRIMARY KEY (county, id),
  CONSTRAINT shadow_order_run_known FOREIGN KEY (county, run) REFERENCES shadow_run (county, id)
);

CREATE TRIGGER shadow_run_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON shadow_run FOR EACH STATEMENT EXECUTE FUNCTION written_once();
CREATE TRIGGER shadow_row_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON shadow_row FOR EACH STATEMENT EXECUTE FUNCTION written_once();
