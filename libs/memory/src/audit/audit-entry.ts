import type { JsonObject } from '../model/json.js';

/** `act`: somebody administered something; `use`: requests of one credential; `refusal`: requests of nobody who may. */
export type AuditKind = 'act' | 'use' | 'refusal';

/** What is noted of who did what. Holds no secret and nothing of what memories say. */
export interface AuditEntry {
  readonly at: Date;
  readonly kind: AuditKind;
  /** Id of the credential; null for nobody. */
  readonly actor: string | null;
  /** What was done, such as `createKey`. */
  readonly action: string;
  /** Where, if in one namespace. */
  readonly namespace: string | null;
  readonly details: JsonObject;
}

/** An act that is about to be done, to be noted with it. */
export type AuditedAct = Pick<AuditEntry, 'actor' | 'action' | 'namespace' | 'details'>;

/** An act as it is noted. */
export function actEntry(act: AuditedAct, at: Date): AuditEntry {
  return { ...act, at, kind: 'act' };
}
