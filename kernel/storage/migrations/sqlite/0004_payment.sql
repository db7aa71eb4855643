-- Payments: lines, the keys that keep anybody from being paid twice, and the control totals that every later step must match.

CREATE TABLE payment_envelope (
  county INTEGER NOT NULL,
  document INTEGER NOT NULL,
  plugin TEXT NOT NULL,
  scheme TEXT NOT NULL,
  month INTEGER NOT NULL,
  -- What would be paid: neither held nor dropped. Kept in the transaction that changes a line.
  lines INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  held_lines INTEGER NOT NULL,
  held_amount INTEGER NOT NULL,
  sealed_at INTEGER,
  sealed_lines INTEGER,
  sealed_amount INTEGER,
  opened_at INTEGER NOT NULL,
  PRIMARY KEY (county, document),
  CONSTRAINT payment_envelope_totals CHECK (lines >= 0 AND held_lines >= 0),
  CONSTRAINT payment_envelope_sealed_whole CHECK ((sealed_at IS NULL) = (sealed_lines IS NULL) AND (sealed_at IS NULL) = (sealed_amount IS NULL)),
  CONSTRAINT payment_envelope_document_known FOREIGN KEY (county, document) REFERENCES document (county, id)
) STRICT;
CREATE INDEX payment_envelope_by_month ON payment_envelope (month, county);

CREATE TABLE payment_step (
  county INTEGER NOT NULL,
  document INTEGER NOT NULL,
  step TEXT NOT NULL,
  label TEXT NOT NULL,
  lines INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by_user INTEGER,
  by_name TEXT NOT NULL,
  PRIMARY KEY (county, document, step),
  CONSTRAINT payment_step_envelope_known FOREIGN KEY (county, document) REFERENCES payment_envelope (county, document)
) STRICT;

CREATE TABLE payment (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  document INTEGER NOT NULL,
  scheme TEXT NOT NULL,
  household INTEGER NOT NULL,
  person INTEGER,
  month INTEGER NOT NULL,
  purpose TEXT NOT NULL,
  decision INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  base INTEGER NOT NULL,
  supplement INTEGER NOT NULL,
  covered INTEGER NOT NULL,
  flag TEXT NOT NULL,
  budget TEXT NOT NULL,
  state TEXT NOT NULL,
  hold TEXT NOT NULL,
  note TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  settled_on INTEGER,
  reason TEXT,
  division INTEGER NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT payment_sign CHECK (amount <> 0 AND (purpose = 'recovery') = (amount < 0)),
  CONSTRAINT payment_envelope_known FOREIGN KEY (county, document) REFERENCES payment_envelope (county, document),
  CONSTRAINT payment_household_known FOREIGN KEY (county, household) REFERENCES household (county, id),
  CONSTRAINT payment_person_known FOREIGN KEY (county, person) REFERENCES person (county, id),
  CONSTRAINT payment_decision_known FOREIGN KEY (county, decision) REFERENCES decision (county, id)
) STRICT;
CREATE INDEX payment_by_document ON payment (county, document, id);
CREATE INDEX payment_by_household ON payment (county, household, month);

-- The wall: one row for each person a line covers. Whatever plugin draws, and however often it is run again, nobody stands
-- twice on the lines of a scheme, month and cause.
CREATE TABLE payment_key (
  county INTEGER NOT NULL,
  scheme TEXT NOT NULL,
  month INTEGER NOT NULL,
  person INTEGER NOT NULL,
  cause TEXT NOT NULL,
  line INTEGER NOT NULL,
  PRIMARY KEY (county, scheme, month, person, cause),
  CONSTRAINT payment_key_line_known FOREIGN KEY (county, line) REFERENCES payment (county, id),
  CONSTRAINT payment_key_person_known FOREIGN KEY (county, person) REFERENCES person (county, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX payment_key_by_line ON payment_key (county, line);
CREATE INDEX payment_key_by_person ON payment_key (county, person, month);

-- What became of the attempts before the last one.
CREATE TABLE payment_attempt (
  county INTEGER NOT NULL,
  line INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  reason TEXT NOT NULL,
  settled_on INTEGER NOT NULL,
  PRIMARY KEY (county, line, attempt),
  CONSTRAINT payment_attempt_line_known FOREIGN KEY (county, line) REFERENCES payment (county, id)
) STRICT;

-- A sealed value that others may have, too (an account number), is found by a keyed index; what was recorded before is filled in
-- after the migration.
ALTER TABLE fact ADD COLUMN value_index TEXT;
CREATE INDEX fact_by_value_index ON fact (county, value_index) WHERE value_index IS NOT NULL;
CREATE INDEX fact_without_index ON fact (county, id) WHERE value_sealed IS NOT NULL AND value_index IS NULL;

-- A line is changed in its state only, and stays; a key goes only with a line that was dropped before sealing.
CREATE TRIGGER payment_no_delete BEFORE DELETE ON payment BEGIN SELECT RAISE(ABORT, 'doudi: payment rows are never deleted'); END;
CREATE TRIGGER payment_no_update BEFORE UPDATE OF county, id, document, scheme, household, person, month, purpose, decision, amount,
  base, supplement, covered, flag, budget, note, division ON payment
BEGIN SELECT RAISE(ABORT, 'doudi: payment rows are never changed but in their state'); END;
CREATE TRIGGER payment_key_no_update BEFORE UPDATE ON payment_key BEGIN SELECT RAISE(ABORT, 'doudi: payment_key rows are never changed'); END;
CREATE TRIGGER payment_key_no_delete BEFORE DELETE ON payment_key
WHEN (SELECT state FROM payment WHERE county = OLD.county AND id = OLD.line) <> 'dropped'
BEGIN SELECT RAISE(ABORT, 'doudi: payment_key rows are never deleted while their line stands'); END;
CREATE TRIGGER payment_step_no_update BEFORE UPDATE ON payment_step BEGIN SELECT RAISE(ABORT, 'doudi: payment_step rows are never changed'); END;
CREATE TRIGGER payment_step_no_delete BEFORE DELETE ON payment_step BEGIN SELECT RAISE(ABORT, 'doudi: payment_step rows are never changed'); END;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('payment_envelope', 'payment_envelope_by_month', '1000 30 3'),
  ('payment_envelope', 'sqlite_autoindex_payment_envelope_1', '1000 100 1'),
  ('payment_step', 'sqlite_autoindex_payment_step_1', '5000 500 5 1'),
  ('payment', 'payment_by_household', '2000000 200000 30 1'),
  ('payment', 'payment_by_document', '2000000 200000 10000 1'),
  ('payment', 'sqlite_autoindex_payment_1', '2000000 200000 1'),
  ('payment_key', 'payment_key_by_person', '4000000 400000 30 1'),
  ('payment_key', 'payment_key_by_line', '4000000 400000 2'),
  ('payment_key', 'payment_key', '4000000 400000 200000 10000 1 1'),
  ('payment_attempt', 'sqlite_autoindex_payment_attempt_1', '10000 1000 1 1'),
  ('fact', 'fact_by_value_index', '100000 10000 1'),
  ('fact', 'fact_without_index', '1 1 1');
ANALYZE sqlite_schema;
