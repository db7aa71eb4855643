-- When each grant was last used, and how often it was used and denied: counted in memory by each server and added up here. And
-- how long a chain of events has become, so that measures that wake each other in a circle are stopped.
CREATE TABLE grant_use (
  county BIGINT NOT NULL,
  digest TEXT NOT NULL,
  capability TEXT NOT NULL,
  used BIGINT NOT NULL,
  denied BIGINT NOT NULL,
  last_used BIGINT,
  last_denied BIGINT,
  CONSTRAINT grant_use_key PRIMARY KEY (county, digest, capability)
);

ALTER TABLE event ADD COLUMN depth BIGINT NOT NULL DEFAULT 0;
-- Empty: the event itself.
ALTER TABLE event ADD COLUMN root BIGINT;
CREATE INDEX event_by_root ON event (county, root) WHERE root IS NOT NULL;
