import { coordinateKey } from '../../model/coordinate.js';
import { InvalidRequestError } from '../../model/errors.js';
import { isJsonObject, type JsonValue } from '../../model/json.js';
import { MAX_SUPERSEDED, type Validity } from '../../model/validity.js';
import { coordinateOf, RecordFields } from './record-fields.js';

/** Takes the fields of validity, all of which may be absent. @throws InvalidRequestError naming the field */
export function readValidity(fields: RecordFields): { readonly validity?: Validity } {
  const time = (name: string) => fields.optional(name, () => fields.anyInstant(name).getTime()) ?? null;
  const [fromMs, toMs] = [time('valid_from'), time('valid_to')];
  const supersedes = fields.optional('supersedes', (name) =>
    fields.list(name, (item) => coordinateKey(coordinateOf(item, name))),
  );
  const newer = fields.optional('superseded_by', (name) => fields.list(name, (item) => readNewer(name, item)));
  if (newer && newer.length > MAX_SUPERSEDED) {
    throw new InvalidRequestError('superseded_by', `must name at most ${MAX_SUPERSEDED} coordinates`);
  }
  const said = { fromMs, toMs, supersedes: supersedes ?? [], supersededBy: Object.fromEntries(newer ?? []) };
  if (fromMs === null && toMs === null && said.supersedes.length === 0 && !newer?.length) return {};
  const since = Object.values(said.supersededBy);
  return { validity: { ...said, supersededAtMs: since.length === 0 ? null : Math.min(...since) } };
}

function readNewer(name: string, item: JsonValue): readonly [string, number] {
  if (!isJsonObject(item)) throw new InvalidRequestError(name, 'must be a list of objects');
  const fields = new RecordFields(item);
  const newer = [coordinateKey(fields.coordinate('coordinate')), fields.anyInstant('since').getTime()] as const;
  fields.end();
  return newer;
}
