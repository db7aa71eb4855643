-- Addresses outside that are told of a county's events, and what came of each attempt. Due work gets lanes, so that a slow
-- address delays nobody but itself.

ALTER TABLE job ADD COLUMN lane INTEGER NOT NULL DEFAULT 0;
CREATE INDEX job_waiting ON job (county, lane, run_at, id) WHERE done_at IS NULL AND dead = 0;
CREATE INDEX job_dead ON job (county, id) WHERE dead = 1;

-- The secret is sealed: it signs what is sent, and is shown once.
CREATE TABLE webhook (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  url TEXT NOT NULL,
  topics TEXT NOT NULL,
  secret BLOB NOT NULL,
  enabled INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  created_by INTEGER,
  PRIMARY KEY (county, id),
  CONSTRAINT webhook_url_key UNIQUE (county, url)
) STRICT;

CREATE TABLE webhook_delivery (
  county INTEGER NOT NULL,
  id INTEGER NOT NULL,
  webhook INTEGER NOT NULL,
  event INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL,
  status INTEGER,
  millis INTEGER NOT NULL,
  error TEXT,
  PRIMARY KEY (county, id),
  CONSTRAINT webhook_delivery_webhook_known FOREIGN KEY (county, webhook) REFERENCES webhook (county, id),
  CONSTRAINT webhook_delivery_event_known FOREIGN KEY (county, event) REFERENCES event (county, id)
) STRICT;
CREATE INDEX webhook_delivery_by_webhook ON webhook_delivery (county, webhook, id);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('job', 'job_waiting', '50000 5000 5000 2 1'),
  ('job', 'job_dead', '1000 100 1'),
  ('webhook', 'sqlite_autoindex_webhook_1', '20 4 1'),
  ('webhook', 'sqlite_autoindex_webhook_2', '20 4 1'),
  ('webhook_delivery', 'sqlite_autoindex_webhook_delivery_1', '500000 50000 1'),
  ('webhook_delivery', 'webhook_delivery_by_webhook', '500000 50000 12500 1');
ANALYZE sqlite_schema;
