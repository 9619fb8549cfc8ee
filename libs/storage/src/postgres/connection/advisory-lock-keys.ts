/**
 * Advisory locks of this service, as the two-integer form of PostgreSQL's lock functions.
 * The first integer keeps them apart from the locks of other programs that share a database.
 */
export const ADVISORY_LOCK_CLASS = 0x534f4d41;

/**
 * Held for the whole life of a process that must be alone: one on an embedded data folder, or with an in-process index.
 */
export const INSTANCE_LOCK = 1;

/** Held while migrations are applied or reverted. */
export const MIGRATION_LOCK = 2;

/** Held while entries are added to the audit log: each names the one before. */
export const AUDIT_LOCK = 45;

/** Class of the locks on single namespaces, each identified by a hash of the namespace's name. */
export const NAMESPACE_LOCK_CLASS = ADVISORY_LOCK_CLASS + 1;

/** Class of the shared locks that writes hold, each named after a second: see `WRITE_MOMENT`. */
export const WRITE_MOMENT_CLASS = ADVISORY_LOCK_CLASS + 2;

/** Class of the locks of writers whose memories supersede others, each identified by a hash of the namespace's name. */
export const SUPERSESSION_CLASS = ADVISORY_LOCK_CLASS + 35;
