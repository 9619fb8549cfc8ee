// Made-up memories and questions for the benches: a small vocabulary with word frequencies like those of language
// (Zipf), drawn by a seeded generator, so that every run measures the same data.

const SUBJECTS = ['Ada', 'Bruno', 'Chiara', 'Deniz', 'Emeka', 'Freya', 'Goran', 'Hana', 'Ivo', 'Jun'];
const SYLLABLES = [
  'ba',
  'ce',
  'di',
  'fo',
  'gu',
  'ha',
  'ki',
  'lo',
  'mu',
  'na',
  'pe',
  'ri',
  'so',
  'tu',
  'va',
  'wo',
  'xi',
  'yo',
  'za',
  'lem',
];
const VOCABULARY_SIZE = 8000;

/** Small fast generator (mulberry32): numbers in [0, 1), the same for the same seed everywhere. */
export function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function word(index) {
  let text = '';
  for (let rest = index + SYLLABLES.length; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) {
    text += SYLLABLES[rest % SYLLABLES.length];
  }
  return text;
}

const VOCABULARY = Array.from({ length: VOCABULARY_SIZE }, (_, index) => word(index));

/** A word index with probability about 1 / rank. */
function zipf(random) {
  return Math.min(VOCABULARY_SIZE - 1, Math.floor(VOCABULARY_SIZE ** random()) - 1);
}

function words(random, count) {
  return Array.from({ length: count }, () => VOCABULARY[zipf(random)]).join(' ');
}

/** The memory number `index`: about 20 words, a session of 20 turns, a speaker, a topic to filter by. */
export function memory(index) {
  const random = seededRandom(index + 1);
  const speaker = SUBJECTS[Math.floor(random() * SUBJECTS.length)];
  return {
    coordinate: [index % 1000, Math.floor(index / 1000), 1],
    payload: {
      text: `${speaker} said ${words(random, 12 + Math.floor(random() * 16))}`,
      speaker,
      session: `session-${Math.floor(index / 20)}`,
      topic: `topic-${index % 50}`,
    },
  };
}

/** A question of 5 to 15 words that shares some of them with one of the first `memories` memories. */
export function question(index, memories) {
  const random = seededRandom(index + 1_000_003);
  const about = memory(Math.floor(random() * memories)).payload;
  const shared = about.text
    .split(' ')
    .filter(() => random() < 0.35)
    .slice(0, 9)
    .join(' ');
  return `what did ${about.speaker} say about ${shared} ${words(random, 1 + Math.floor(random() * 3))}`;
}
