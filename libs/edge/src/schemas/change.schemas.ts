import { z } from 'zod';
import { placeField, versionField } from './memory.schemas.js';

export const ChangeSchema = z
  .object({
    kind: z.enum(['created', 'updated', 'deleted', 'linked', 'unlinked']).describe('What was done.'),
    coordinate: placeField().describe('Of the memory; of a link the one that it leads from.'),
    version: versionField().nullable().describe('Of the memory; null for links.'),
    at: z.string().describe('When it was written, ISO 8601.'),
    event_id: z.string().describe('Of the event in the ledger, the same in every telling.'),
  })
  .describe('A committed change.');

export const ChangesSchema = z
  .object({
    changes: z.array(ChangeSchema).describe('In the order of the ledger, each once.'),
    position: z.string().describe('Asks for what comes after these changes.'),
    caught_up: z.boolean().describe('false: more is known already, ask again at once.'),
  })
  .describe('Changes of a namespace.')
  .meta({
    examples: [
      {
        changes: [
          {
            kind: 'created',
            coordinate: [1, 2, 3],
            version: 1,
            at: '2026-01-31T12:00:00.000Z',
            event_id: '01890a5d-ac96-774b-bcce-b302099a8057',
          },
        ],
        position: 'bBt1…',
        caught_up: true,
      },
    ],
  });
