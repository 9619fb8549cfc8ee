/** Whether PostgreSQL holds the statements of this role to the namespaces they were admitted to. */
export type RowSecurity = 'enforced' | 'bypassed';

/** What operators are told of a role that no policy binds. */
export const BYPASSED =
  'the role bypasses row-level security, as superusers do: a fault of the service could show memories of another namespace. ' +
  'Connect as a role that only owns its database';

const BYPASSES = 'SELECT rolsuper OR rolbypassrls AS bypasses FROM pg_catalog.pg_roles WHERE rolname = current_user';

/** Asks whether policies bind the current role. @param query returns the rows of a statement */
export async function rowSecurityOf(query: (text: string) => Promise<unknown>): Promise<RowSecurity> {
  const rows = (await query(BYPASSES)) as readonly [{ readonly bypasses: boolean }];
  return rows[0].bypasses ? 'bypassed' : 'enforced';
}
