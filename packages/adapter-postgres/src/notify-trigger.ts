import { quote } from './sql';

/** What {@link installNotifyTrigger} writes. */
export interface NotifyTriggerOptions {
  /** `invoices`, `billing.invoices`, or `['billing', 'odd.name']`. */
  readonly table: string | readonly [schema: string, table: string];
  /** The channel to notify. @default the table's name and `_changed` */
  readonly channel?: string;
  /**
   * The column whose value is the payload, such as `customer_id`: then only the watches of that customer wake up.
   * A row that moves from one to another notifies both. @default none: one notification for each statement
   */
  readonly payload?: string;
}

/**
 * Writes the SQL that has a table notify of each change, as a migration to read and apply. It can be applied again.
 *
 * @example
 * await migrations.write(installNotifyTrigger({ table: 'invoices', payload: 'customer_id' }));
 * // in the workflow: notify: { channel: 'invoices_changed', payload: entity.id }
 */
export function installNotifyTrigger({ table, channel, payload }: NotifyTriggerOptions): string {
  const names = typeof table === 'string' ? table.split('.') : [...table];
  const name = names.at(-1) ?? '';
  const target = names.map(quote).join('.');
  const said = literal(channel ?? `${name}_changed`);
  const routine = [...names.slice(0, -1), `${name}_notify`].map(quote).join('.');
  const trigger = (suffix: string): string => quote(`${name}_notify${suffix}`);
  const body =
    payload === undefined
      ? `  PERFORM pg_notify(${said}, '');`
      : `  -- Once for each row: the server sends equal notifications of one transaction only once.
  IF TG_OP = 'TRUNCATE' THEN
    PERFORM pg_notify(${said}, '');
  ELSE
    IF TG_OP <> 'INSERT' THEN
      PERFORM pg_notify(${said}, coalesce(OLD.${quote(payload)}::text, ''));
    END IF;
    IF TG_OP <> 'DELETE' THEN
      PERFORM pg_notify(${said}, coalesce(NEW.${quote(payload)}::text, ''));
    END IF;
  END IF;`;
  const each = payload === undefined ? 'STATEMENT' : 'ROW';
  return `CREATE OR REPLACE FUNCTION ${routine}() RETURNS trigger LANGUAGE plpgsql AS $notify$
BEGIN
${body}
  RETURN NULL;
END
$notify$;

CREATE OR REPLACE TRIGGER ${trigger('')}
  AFTER INSERT OR UPDATE OR DELETE ON ${target}
  FOR EACH ${each} EXECUTE FUNCTION ${routine}();

CREATE OR REPLACE TRIGGER ${trigger('_truncate')}
  AFTER TRUNCATE ON ${target}
  FOR EACH STATEMENT EXECUTE FUNCTION ${routine}();
`;
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
