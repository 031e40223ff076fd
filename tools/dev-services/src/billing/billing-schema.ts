/**
 * What the adapter's `installNotifyTrigger({ table: 'invoices', payload: 'customer_id' })` writes. It stands here
 * since the adapter's own tests start their servers with this package, so this package cannot ask the adapter; the
 * demo tests that both are the same.
 */
export const billingNotifyTrigger = `CREATE OR REPLACE FUNCTION "invoices_notify"() RETURNS trigger LANGUAGE plpgsql AS $notify$
BEGIN
  -- Once for each row: the server sends equal notifications of one transaction only once.
  IF TG_OP = 'TRUNCATE' THEN
    PERFORM pg_notify('invoices_changed', '');
  ELSE
    IF TG_OP <> 'INSERT' THEN
      PERFORM pg_notify('invoices_changed', coalesce(OLD."customer_id"::text, ''));
    END IF;
    IF TG_OP <> 'DELETE' THEN
      PERFORM pg_notify('invoices_changed', coalesce(NEW."customer_id"::text, ''));
    END IF;
  END IF;
  RETURN NULL;
END
$notify$;

CREATE OR REPLACE TRIGGER "invoices_notify"
  AFTER INSERT OR UPDATE OR DELETE ON "invoices"
  FOR EACH ROW EXECUTE FUNCTION "invoices_notify"();

CREATE OR REPLACE TRIGGER "invoices_notify_truncate"
  AFTER TRUNCATE ON "invoices"
  FOR EACH STATEMENT EXECUTE FUNCTION "invoices_notify"();
`;

/** The roles: one that reads, for workers, and one that writes, for people. Passwords come later, as verifiers. */
export const roles = { reader: 'billing_reader', clerk: 'billing_clerk' } as const;

/** Everything that is in the billing database but its rows. */
export const billingSchema = `
CREATE TABLE invoices (
  id          text PRIMARY KEY,
  customer_id text NOT NULL,
  number      text NOT NULL UNIQUE,
  total       numeric(18, 2) NOT NULL,
  currency    text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  status      text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'void')),
  issued_on   date NOT NULL DEFAULT current_date,
  updated_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A look asks for the rows of one customer that were written since the last look.
CREATE INDEX invoices_by_customer ON invoices (customer_id, updated_at);

-- Numbers of invoices that are added later: beyond those of the first rows.
CREATE SEQUENCE invoice_numbers START 1000;

-- Whoever updates a row need not think of updated_at, which a cursor relies on.
CREATE FUNCTION invoices_touch() RETURNS trigger LANGUAGE plpgsql AS $touch$
BEGIN
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END
$touch$;
CREATE TRIGGER invoices_touch BEFORE UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION invoices_touch();

${billingNotifyTrigger}
CREATE ROLE ${roles.reader} LOGIN;
GRANT SELECT ON invoices TO ${roles.reader};
CREATE ROLE ${roles.clerk} LOGIN;
GRANT SELECT, INSERT, UPDATE, DELETE ON invoices TO ${roles.clerk};
GRANT USAGE ON SEQUENCE invoice_numbers TO ${roles.clerk};
`;
