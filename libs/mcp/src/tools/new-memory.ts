import { coordinateInput, NewMemorySchema, payloadInput, toNewMemory, type RequestLimits } from '@sfm/edge';
import { derivedCoordinate, InvalidRequestError, stringifyJson, type NewMemory } from '@sfm/memory';
import { z } from 'zod';

/** A memory of an agent, which may leave it to the service where the memory lives. */
export const AgentMemorySchema = z
  .strictObject({
    ...NewMemorySchema.shape,
    text: z
      .string()
      .optional()
      .describe('What to remember, in plain words; becomes the field `text` of the payload. Or give `payload`.')
      .meta({ examples: ['The user prefers tea to coffee'] }),
    payload: payloadInput().optional(),
    coordinate: coordinateInput()
      .optional()
      .describe('Where the memory is to live; leave it out, and the service makes one of the content.'),
  })
  .describe('One memory to keep.')
  .meta({ examples: [{ text: 'The user prefers tea to coffee', type: 'semantic' }] });
export type AgentMemory = z.output<typeof AgentMemorySchema>;

/**
 * Never replaces: what lives at the coordinate is changed by the tool that says so. Of the same content, the service makes the
 * same coordinate.
 *
 * @throws InvalidRequestError, InvalidCoordinateError naming the field
 */
export function toAddedMemory({ text, payload, coordinate, ...rest }: AgentMemory, limits: RequestLimits): NewMemory {
  if (text === undefined && payload === undefined) {
    throw new InvalidRequestError('text', 'must be there, or payload');
  }
  const content = { ...payload, ...(text === undefined ? {} : { text }) };
  const { maxDimensions } = limits.bounds;
  const place = coordinate ?? [...derivedCoordinate(`agent\n${rest.type}\n${stringifyJson(content)}`, maxDimensions)];
  return toNewMemory(
    { ...rest, expected_version: rest.expected_version ?? 0, payload: content, coordinate: place },
    limits,
  );
}
