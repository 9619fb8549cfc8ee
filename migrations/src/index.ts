import { InitialSchema1763596800000 } from './1763596800000-initial-schema.js';

/** Every migration, oldest first. A released one is never edited; a change of schema is a new one. */
export const MIGRATIONS = [InitialSchema1763596800000];
