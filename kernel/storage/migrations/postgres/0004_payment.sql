-- Payments: lines, the keys that keep anybody from being paid twice, and the control totals that every later step must match.

CREATE TABLE payment_envelope (
  county BIGINT NOT NULL,
  document BIGINT NOT NULL,
  plugin TEXT NOT NULL,
  scheme TEXT NOT NULL,
  month BIGINT NOT NULL,
  -- What would be paid: neither held nor dropped. Kept in the transaction that changes a line.
  lines BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  held_lines BIGINT NOT NULL,
  held_amount BIGINT NOT NULL,
  sealed_at BIGINT,
  sealed_lines BIGINT,
  sealed_amount BIGINT,
  opened_at BIGINT NOT NULL,
  PRIMARY KEY (county, document),
  CONSTRAINT payment_envelope_totals CHECK (lines >= 0 AND held_lines >= 0),
  CONSTRAINT payment_envelope_sealed_whole CHECK ((sealed_at IS NULL) = (sealed_lines IS NULL) AND (sealed_at IS NULL) = (sealed_amount IS NULL)),
  CONSTRAINT payment_envelope_document_known FOREIGN KEY (county, document) REFERENCES document (county, id)
);
CREATE INDEX payment_envelope_by_month ON payment_envelope (month, county);

CREATE TABLE payment_step (
  county BIGINT NOT NULL,
  document BIGINT NOT NULL,
  step TEXT NOT NULL,
  label TEXT NOT NULL,
  lines BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  at BIGINT NOT NULL,
  by_user BIGINT,
  by_name TEXT NOT NULL,
  PRIMARY KEY (county, document, step),
  CONSTRAINT payment_step_envelope_known FOREIGN KEY (county, document) REFERENCES payment_envelope (county, document)
);

CREATE TABLE payment (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  document BIGINT NOT NULL,
  scheme TEXT NOT NULL,
  household BIGINT NOT NULL,
  person BIGINT,
  month BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  decision BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  base BIGINT NOT NULL,
  supplement BIGINT NOT NULL,
  covered BIGINT NOT NULL,
  flag TEXT NOT NULL,
  budget TEXT NOT NULL,
  state TEXT NOT NULL,
  hold TEXT NOT NULL,
  note TEXT NOT NULL,
  attempt BIGINT NOT NULL,
  settled_on BIGINT,
  reason TEXT,
  division BIGINT NOT NULL,
  PRIMARY KEY (county, id),
  CONSTRAINT payment_sign CHECK (amount <> 0 AND (purpose = 'recovery') = (amount < 0)),
  CONSTRAINT payment_envelope_known FOREIGN KEY (county, document) REFERENCES payment_envelope (county, document),
  CONSTRAINT payment_household_known FOREIGN KEY (county, household) REFERENCES household (county, id),
  CONSTRAINT payment_person_known FOREIGN KEY (county, person) REFERENCES person (county, id),
  CONSTRAINT payment_decision_known FOREIGN KEY (county, decision) REFERENCES decision (county, id)
);
CREATE INDEX payment_by_document ON payment (county, document, id);
CREATE INDEX payment_by_household ON payment (county, household, month);

-- The wall: one row for each person a line covers. Whatever plugin draws, and however often it is run again, nobody stands
-- twice on the lines of a scheme, month and cause.
CREATE TABLE payment_key (
  county BIGINT NOT NULL,
  scheme TEXT NOT NULL,
  month BIGINT NOT NULL,
  person BIGINT NOT NULL,
  cause TEXT NOT NULL,
  line BIGINT NOT NULL,
  PRIMARY KEY (county, scheme, month, person, cause),
  CONSTRAINT payment_key_line_known FOREIGN KEY (county, line) REFERENCES payment (county, id),
  CONSTRAINT payment_key_person_known FOREIGN KEY (county, person) REFERENCES person (county, id)
);
CREATE INDEX payment_key_by_line ON payment_key (county, line);
CREATE INDEX payment_key_by_person ON payment_key (county, person, month);

-- What became of the attempts before the last one.
CREATE TABLE payment_attempt (
  county BIGINT NOT NULL,
  line BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  reason TEXT NOT NULL,
  settled_on BIGINT NOT NULL,
  PRIMARY KEY (county, line, attempt),
  CONSTRAINT payment_attempt_line_known FOREIGN KEY (county, line) REFERENCES payment (county, id)
);

-- A sealed value that others may have, too (an account number), is found by a keyed index; what was recorded before is filled in
-- after the migration.
ALTER TABLE fact ADD COLUMN value_index TEXT;
CREATE INDEX fact_by_value_index ON fact (county, value_index) WHERE value_index IS NOT NULL;
CREATE INDEX fact_without_index ON fact (county, id) WHERE value_sealed IS NOT NULL AND value_index IS NULL;

-- A line is changed in its state only, and stays; a key goes only with a line that was dropped before sealing.
CREATE TRIGGER payment_never_deleted BEFORE DELETE OR TRUNCATE ON payment FOR EACH STATEMENT EXECUTE FUNCTION written_once();
CREATE TRIGGER payment_written_once BEFORE UPDATE OF county, id, document, scheme, household, person, month, purpose, decision,
  amount, base, supplement, covered, flag, budget, note, division ON payment
FOR EACH STATEMENT EXECUTE FUNCTION written_once();
CREATE FUNCTION payment_key_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT state FROM payment WHERE county = OLD.county AND id = OLD.line) <> 'dropped' THEN
    RAISE EXCEPTION 'doudi: payment_key rows are never deleted while their line stands';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER payment_key_written_once BEFORE UPDATE OR TRUNCATE ON payment_key FOR EACH STATEMENT EXECUTE FUNCTION written_once();
CREATE TRIGGER payment_key_stands BEFORE DELETE ON payment_key FOR EACH ROW EXECUTE FUNCTION payment_key_stands();
CREATE TRIGGER payment_step_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_step FOR EACH STATEMENT EXECUTE FUNCTION written_once();
