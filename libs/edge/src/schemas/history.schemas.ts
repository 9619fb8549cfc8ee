import { z } from 'zod';
import { STORABLE_VALUE } from './json-object.js';
import { expectedVersion, MAX_VERSION, memoryFields, placeField, versionField } from './memory.schemas.js';
import { memoryType, payloadInput } from './fields.js';
import { validityFields } from './validity-fields.js';

export const VersionSchema = z
  .object({
    version: versionField(),
    kind: z
      .enum(['created', 'updated', 'deleted'])
      .describe('`created` began the life of a memory, `deleted` ended it; a restored version is `updated`.'),
    at: z.string().describe('When it was written, ISO 8601.'),
    type: memoryType('').nullable().describe('Memory type; null where it is not known.'),
    payload: payloadInput().nullable().describe('What was remembered, as it was sent; null for a deletion.'),
    importance: memoryFields.importance,
    importance_norm: z.number().nullable().describe('Importance normalised to 0..1 when it was written.'),
    content_hash: z.string().nullable().describe('SHA-256 (hex) of type, importance and payload.'),
    expires_at: z.string().nullable().describe('From when on this version was not found any more, ISO 8601.'),
    ...validityFields,
    withheld: z
      .enum(['deleted', 'unknown'])
      .nullable()
      .describe(
        'Why payload, importance and hash are null though the version had them. `deleted`: its memory was deleted or has ' +
          'expired. `unknown`: an earlier release did not note them.',
      ),
  })
  .describe('One version of a memory, as the ledger has it.')
  .meta({
    examples: [
      {
        version: 2,
        kind: 'updated',
        at: '2026-01-31T12:00:00.000Z',
        type: 'semantic',
        payload: { text: 'The kettle is red' },
        importance: null,
        importance_norm: 0,
        content_hash: 'b5bb9d8014a0f9b1d61e21e796d78dccdf1352f23cd32812f4850b878ae4944c',
        expires_at: null,
        withheld: null,
      },
    ],
  });

export const HistorySchema = z
  .object({
    coordinate: placeField(),
    versions: z.array(VersionSchema).describe('Newest first.'),
    next_cursor: z.string().nullable().describe('Asks for the next page; null on the last, and only there.'),
  })
  .describe('A page of the history of a coordinate.');

export const RestoreSchema = z
  .strictObject({
    version: z.int().min(1).max(MAX_VERSION).describe('The version to restore.'),
    expected_version: expectedVersion(
      'Restored only if this version lives at the coordinate, 0 for nothing; otherwise 409 `version_conflict`.',
      0,
    ),
  })
  .describe('A former version to make the newest.')
  .meta({ examples: [{ version: 1, expected_version: 2 }] });
export type RestoreBody = z.output<typeof RestoreSchema>;

export const RestoredSchema = z
  .object({
    coordinate: placeField(),
    version: versionField(),
    restored: versionField().describe('The version that was restored.'),
  })
  .describe('A restored version.')
  .meta({ examples: [{ coordinate: [1, 2, 3], version: 3, restored: 1 }] });

const path = () =>
  z
    .string()
    .describe(
      'JSON Pointer (RFC 6901) into an object of `type`, `importance`, `expires_at` and `payload`, and of the fields of ' +
        'validity that a version has.',
    )
    .meta({ examples: ['/payload/text'] });
const anyValue = (description: string) => z.unknown().meta({ ...STORABLE_VALUE, description });

export const PatchOperationSchema = z
  .object({
    op: z.enum(['add', 'remove', 'replace']).describe('What is done at the path.'),
    path: path(),
    value: anyValue('What is there afterwards; not of `remove`.').optional(),
    was: anyValue('What was there before; not of `add`.').optional(),
  })
  .describe('An operation of a JSON Patch (RFC 6902).')
  .meta({
    examples: [{ op: 'replace', path: '/payload/text', value: 'The kettle is red', was: 'The kettle is blue' }],
  });

export const DiffSchema = z
  .object({
    coordinate: placeField(),
    from: versionField(),
    to: versionField(),
    changes: z
      .array(PatchOperationSchema)
      .describe('Applied in order they turn `from` into `to`; none where both hold the same.'),
  })
  .describe('What changed between two versions of a memory.');
