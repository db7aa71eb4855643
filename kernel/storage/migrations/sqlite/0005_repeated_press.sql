-- What a request led to, so that pressing a button twice shows the case of the first press.
ALTER TABLE idempotency ADD COLUMN document INTEGER;
