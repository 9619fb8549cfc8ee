import { nextTurn } from '../../attempts/turns.js';
import type { CandidateContent } from '../../index-model/index-point.js';
import { InvalidRequestError } from '../../model/errors.js';
import type { JsonObject } from '../../model/json.js';
import { analyzeQuery } from '../../text/query-analysis.js';
import { holdsPhrase, quotedPhrases, type Phrase } from '../../text/quoted-phrases.js';
import { fieldText, scalarsOf } from '../../text/scalars.js';
import { analyzeInTurns } from '../../text/text-analyzer.js';
import type { RecallRequest } from '../contract/recall.types.js';

export const MAX_SEARCHED_FIELDS = 16;
const MAX_FIELD_CHARACTERS = 256;
/** Characters that are read between two turns of the event loop. */
const CHARACTERS_PER_TURN = 200_000;

/** @throws InvalidRequestError for no field, too many, or one that is no name. */
export function checkSearchedFields(fields: readonly string[] | undefined): void {
  if (fields === undefined) return;
  if (fields.length < 1 || fields.length > MAX_SEARCHED_FIELDS) {
    throw new InvalidRequestError(
      'fields',
      `must name 1 to ${MAX_SEARCHED_FIELDS} payload fields, got ${fields.length}`,
    );
  }
  fields.forEach((field, index) => {
    if (field.trim() !== '' && field.length <= MAX_FIELD_CHARACTERS) return;
    throw new InvalidRequestError(`fields.${index}`, `must be a name of 1 to ${MAX_FIELD_CHARACTERS} characters`);
  });
}

/**
 * What a request demands of the words of a memory, beside ranking by them: every quoted phrase, and a word of the query in
 * one of the fields that are asked for.
 */
export class DemandedWording {
  readonly #phrases: readonly Phrase[];
  readonly #fields: readonly string[] | undefined;
  readonly #terms: readonly string[];

  private constructor({ query, fields }: RecallRequest, phrases: readonly Phrase[]) {
    this.#phrases = phrases;
    this.#fields = fields;
    this.#terms = fields ? analyzeQuery(query).terms : [];
  }

  /** Returns undefined for a request that demands nothing. */
  static of(request: RecallRequest): DemandedWording | undefined {
    const phrases = quotedPhrases(request.query);
    return phrases.length === 0 && request.fields === undefined ? undefined : new DemandedWording(request, phrases);
  }

  /** Returns those that have what is demanded, in order; with turns of the event loop for others. */
  async admitted(contents: readonly CandidateContent[]): Promise<readonly CandidateContent[]> {
    const admitted: CandidateContent[] = [];
    for (const content of contents) if (await this.admits(content.payload)) admitted.push(content);
    return admitted;
  }

  async admits(payload: JsonObject): Promise<boolean> {
    const texts = this.#fields ? [fieldText(payload, this.#fields)] : [...scalarsOf(payload)];
    let read = 0;
    const missing = new Set(this.#phrases);
    for (const text of texts) {
      for (const phrase of missing) {
        if (holdsPhrase(text, phrase)) missing.delete(phrase);
        read += text.length;
        if (read < CHARACTERS_PER_TURN) continue;
        read = 0;
        await nextTurn();
      }
    }
    if (missing.size > 0) return false;
    return this.#fields === undefined || this.#hasWord(texts.join('\n'));
  }

  async #hasWord(text: string): Promise<boolean> {
    const { terms } = await analyzeInTurns(text);
    return this.#terms.some((term) => terms.has(term));
  }
}
