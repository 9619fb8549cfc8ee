import { flag, list } from '../kinds/setting-kinds.js';

const FIELDS_ALLOWED = 'a comma list of payload field names; nested ones with dots (meta.author); none for no field';

/** A payload field, or the dotted path of one, in the form the core reads it. */
function fieldPath(value: string): string | undefined {
  return /^[^\s,."]+(\.[^\s,."]+)*$/.test(value) && value.length <= 200 ? value : undefined;
}

/** Defaults of recall for requests that do not specify them. */
export const recallSettings = {
  hybridDefault: flag({
    name: 'SOMA_HYBRID_RECALL_DEFAULT',
    fallback: true,
    description: 'Combine the lexical lane with the vector lane where the request does not say.',
  }),
};

/** Which payload fields carry the context that recall uses. The first field present counts. */
export const contextSettings = {
  sessionFields: list({
    name: 'SOMA_SESSION_FIELDS',
    fallback: ['session_id', 'session', 'conversation_id', 'thread_id'],
    allowed: FIELDS_ALLOWED,
    item: fieldPath,
    description: 'Fields that say to which session or conversation a memory belongs.',
  }),
  sourceFields: list({
    name: 'SOMA_SOURCE_FIELDS',
    fallback: ['speaker', 'source', 'author', 'role', 'user'],
    allowed: FIELDS_ALLOWED,
    item: fieldPath,
    description: 'Fields that say who or what a memory comes from.',
  }),
  timeFields: list({
    name: 'SOMA_TIME_FIELDS',
    fallback: ['timestamp', 'occurred_at', 'datetime', 'date', 'time', 'ts', 'created_at'],
    allowed: FIELDS_ALLOWED,
    item: fieldPath,
    description:
      'Fields that say when it happened, as epoch seconds or ISO 8601. Without one the time of writing counts.',
  }),
  textFields: list({
    name: 'SOMA_TEXT_FIELDS',
    fallback: [
      'text', 'content', 'task', 'fact', 'what', 'headline', 'title', 'summary', 'description', 'message', 'body', 'note',
    ], // prettier-ignore
    allowed: FIELDS_ALLOWED,
    item: fieldPath,
    description:
      'Fields whose text counts in full, all that are present; all other strings and numbers are found too and count less. When a payload has none of them, all its strings count in full.',
  }),
};
