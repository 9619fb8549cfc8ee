import type { IndexLag, RecallResult, TokenCount } from '@sfm/memory';
import { hitView } from './memory-view.js';
import { whyNotView } from './why-not-view.js';

const NO_LAG: IndexLag = { events: 0, seconds: 0 };

/** What was recalled. */
export function recalledView({ hits, degraded, indexLag = NO_LAG, tokens, whyNot }: RecallResult) {
  return {
    hits: hits.map(hitView),
    degraded: [...degraded],
    index_lag: lagView(indexLag),
    ...(tokens ? { tokens: tokensView(tokens) } : {}),
    ...(whyNot ? { why_not: whyNotView(whyNot) } : {}),
  };
}

/** How far the indexes are behind; seconds to the millisecond. */
export function lagView({ events, seconds }: IndexLag = NO_LAG) {
  return { events, seconds: Math.round(seconds * 1000) / 1000 };
}

function tokensView({ budget, used, passedOver }: TokenCount) {
  return { budget, used, passed_over: passedOver };
}
