import { v5 as uuidv5 } from 'uuid';
import { pythonCoord } from '../../client-words/python-coord.js';

/** The id that existing clients know for a place: a UUID of version 5, without dashes, of what Python prints for it. */
export function storeId(coordinate: readonly number[]): string {
  const printed = `[${pythonCoord(coordinate).replaceAll(',', ', ')}]`;
  return uuidv5(printed, uuidv5.URL).replaceAll('-', '');
}
