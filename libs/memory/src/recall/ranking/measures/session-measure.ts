import { scalarField, searchedText } from '../../../text/searched-text.js';
import type { RankingOptions } from '../../contract/ranking-options.js';
import type { Evidence } from '../../evidence/evidence.js';
import { asks, endsAsking } from './asking.js';
import { neighbourSignals, sessionSignals, toldOfSessions } from './context-signals.js';
import type { Measure, RankingInput } from './measure.js';

/** Scores the evidence from a memory's session; adds nothing for a memory without a session. */
export function sessionMeasure(
  input: RankingInput,
  { weights, neighbourFading, sessionMatches }: RankingOptions,
  evidence: Evidence,
): Measure {
  const { contents, fields } = input;
  const told = toldOfSessions(input.proposals, evidence);
  const sessionByKey = new Map(contents.map(({ key, payload }) => [key, scalarField(payload, fields.session)]));
  const sessionOf = (key: string) => sessionByKey.get(key) ?? null;
  const texts = new Map(
    contents.map(({ key, payload }) => [key, sessionOf(key) && searchedText(payload, fields.text)]),
  );
  const textOf = (key: string) => texts.get(key) ?? '';
  const nearby = neighbourSignals({ ...told, asks: (key) => asks(textOf(key)), fading: neighbourFading });
  const sessions = sessionSignals(told.signals, sessionOf, sessionMatches);
  return ({ key }, score) => {
    const session = sessionOf(key);
    if (session === null) return;
    const signals = nearby.get(key);
    score.add('before', signals?.before ?? 0, weights.before);
    score.add('after', signals?.after ?? 0, weights.after);
    score.add('answer', signals?.answer ?? 0, weights.answer);
    score.add('session', sessions.get(session) ?? 0, weights.session);
    score.add('asking', endsAsking(textOf(key)) ? 1 : 0, weights.asking);
  };
}
