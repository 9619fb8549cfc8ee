// Measures of a ranking against the set of relevant ids.
export const CUTS = [1, 5, 10, 25, 50];

/** Scores of one ranking. A repeated or unknown id is a miss that still takes its rank. */
export function rankingScores(ranking, relevant) {
  const seen = new Set();
  const ranks = [];
  ranking.forEach((id, index) => {
    if (relevant.has(id) && !seen.has(id)) ranks.push(index + 1);
    seen.add(id);
  });
  const found = (cut) => ranks.filter((rank) => rank <= cut).length;
  const gain = (rank) => 1 / Math.log2(rank + 1);
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const ideal = sum(Array.from({ length: Math.min(10, relevant.size) }, (_, index) => gain(index + 1)));
  return {
    ...Object.fromEntries(CUTS.map((cut) => [`recall@${cut}`, found(cut) / relevant.size])),
    ...Object.fromEntries(CUTS.map((cut) => [`hit@${cut}`, found(cut) > 0 ? 1 : 0])),
    mrr: ranks.length > 0 ? 1 / ranks[0] : 0,
    'ndcg@10': sum(ranks.filter((rank) => rank <= 10).map(gain)) / ideal,
  };
}

/** Mean of each measure over the scores. */
export function meanScores(scores) {
  const names = Object.keys(scores[0] ?? {});
  const mean = (name) => scores.reduce((total, score) => total + score[name], 0) / scores.length;
  return { questions: scores.length, ...Object.fromEntries(names.map((name) => [name, mean(name)])) };
}
