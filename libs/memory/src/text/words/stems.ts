import { stemmer as arabic } from '@orama/stemmers/arabic';
import { stemmer as armenian } from '@orama/stemmers/armenian';
import { stemmer as danish } from '@orama/stemmers/danish';
import { stemmer as dutch } from '@orama/stemmers/dutch';
import { stemmer as finnish } from '@orama/stemmers/finnish';
import { stemmer as french } from '@orama/stemmers/french';
import { stemmer as german } from '@orama/stemmers/german';
import { stemmer as greek } from '@orama/stemmers/greek';
import { stemmer as hungarian } from '@orama/stemmers/hungarian';
import { stemmer as hindi } from '@orama/stemmers/indian';
import { stemmer as indonesian } from '@orama/stemmers/indonesian';
import { stemmer as italian } from '@orama/stemmers/italian';
import { stemmer as lithuanian } from '@orama/stemmers/lithuanian';
import { stemmer as norwegian } from '@orama/stemmers/norwegian';
import { stemmer as portuguese } from '@orama/stemmers/portuguese';
import { stemmer as romanian } from '@orama/stemmers/romanian';
import { stemmer as russian } from '@orama/stemmers/russian';
import { stemmer as spanish } from '@orama/stemmers/spanish';
import { stemmer as swedish } from '@orama/stemmers/swedish';
import { stemmer as tamil } from '@orama/stemmers/tamil';
import { stemmer as turkish } from '@orama/stemmers/turkish';
import { stemmer as ukrainian } from '@orama/stemmers/ukrainian';
import { foldedWord } from './folded-word.js';
import { withoutParticles } from './korean-particles.js';
import type { Language } from './languages.js';
import { stemWord } from './english-stem.js';

type Stemmer = (word: string) => string;

const BY_LANGUAGE: Readonly<Record<Language, Stemmer>> = {
  danish, dutch, finnish, french, german, hungarian, indonesian, italian, lithuanian, norwegian, portuguese, romanian,
  spanish, swedish, turkish,
}; // prettier-ignore

/** Scripts that tell the language well enough. */
const BY_SCRIPT: readonly (readonly [RegExp, Stemmer])[] = [
  [/[іїєґ]/u, ukrainian],
  [/\p{Script=Cyrillic}/u, russian],
  [/\p{Script=Greek}/u, greek],
  [/\p{Script=Arabic}/u, arabic],
  [/\p{Script=Devanagari}/u, hindi],
  [/\p{Script=Tamil}/u, tamil],
  [/\p{Script=Armenian}/u, armenian],
];
const ASCII = /^[\u0000-\u007f]*$/;
const LATIN = /\p{Script=Latin}/u;
/** What Arabic and Hebrew write together with the word behind it. */
const ARABIC_PREFIX = /^(?:[وف]?(?:[بك]?ال|لل)|[وفبكل])(?=\p{L}{3})/u;
const HEBREW_PREFIX = /^[והבלמשכ](?=\p{L}{2})/u;
const LONGEST = 32;

/**
 * Returns the stems that a word shares with its other forms, folded. English is always tried for Latin letters, because it
 * is at home in texts of every language.
 *
 * Source: the Snowball project's stemmers by language; for Hebrew and Korean what is written together with a word is taken
 * off.
 *
 * @param surface in lower case, composed
 */
export function stemsOf(surface: string, folded: string, languages: readonly Language[]): readonly string[] {
  if (surface.length > LONGEST) return [folded];
  if (ASCII.test(folded)) {
    return distinct([stemWord(folded), ...languages.map((language) => foldedWord(BY_LANGUAGE[language](surface)))]);
  }
  if (/\p{Script=Hangul}/u.test(folded)) return [folded, ...withoutParticles(folded)];
  if (/\p{Script=Hebrew}/u.test(folded)) return withoutPrefixes(folded, HEBREW_PREFIX);
  const stemmer = BY_SCRIPT.find(([script]) => script.test(surface))?.[1];
  if (!stemmer) return LATIN.test(folded) ? distinct([folded, stemWord(folded)]) : [folded];
  const bare = withoutPrefixes(folded, ARABIC_PREFIX);
  if (stemmer === arabic) return distinct([...bare, ...bare.map((word) => foldedWord(arabic(word)))]);
  return distinct([foldedWord(stemmer(stemmer === greek || stemmer === hindi ? folded : surface))]);
}

/** The word, and what is left of it without one prefix, and without another one. */
function withoutPrefixes(word: string, prefix: RegExp): string[] {
  const once = word.replace(prefix, '');
  return distinct([word, once, once.replace(prefix, '')]);
}

function distinct(words: readonly string[]): string[] {
  return [...new Set(words)].filter((word) => word !== '');
}
