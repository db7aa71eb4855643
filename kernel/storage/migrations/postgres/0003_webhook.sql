-- Addresses outside that are told of a county's events, and what came of each attempt. Due work gets lanes, so that a slow
-- address delays nobody but itself.

ALTER TABLE job ADD COLUMN lane BIGINT NOT NULL DEFAULT 0;
CREATE INDEX job_waiting ON job (county, lane, run_at, id) WHERE done_at IS NULL AND dead = 0;
CREATE INDEX job_dead ON job (county, id) WHERE dead = 1;

-- The secret is sealed: it signs what is sent, and is shown once.
CREATE TABLE webhook (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  url TEXT NOT NULL,
  topics TEXT NOT NULL,
  secret BYTEA NOT NULL,
  enabled BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by BIGINT,
  PRIMARY KEY (county, id),
  CONSTRAINT webhook_url_key UNIQUE (county, url)
);

CREATE TABLE webhook_delivery (
  county BIGINT NOT NULL,
  id BIGINT NOT NULL,
  webhook BIGINT NOT NULL,
  event BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  at BIGINT NOT NULL,
  status BIGINT,
  millis BIGINT NOT NULL,
  error TEXT,
  PRIMARY KEY (county, id),
  CONSTRAINT webhook_delivery_webhook_known FOREIGN KEY (county, webhook) REFERENCES webhook (county, id),
  CONSTRAINT webhook_delivery_event_known FOREIGN KEY (county, event) REFERENCES event (county, id)
);
CREATE INDEX webhook_delivery_by_webhook ON webhook_delivery (county, webhook, id);
