import { STOP_WORDS } from './stop-words.js';

/** Languages of Latin letters whose words have stems of their own, beside English. */
export type Language =
  | 'danish' | 'dutch' | 'finnish' | 'french' | 'german' | 'hungarian' | 'indonesian' | 'italian' | 'lithuanian'
  | 'norwegian' | 'portuguese' | 'romanian' | 'spanish' | 'swedish' | 'turkish'; // prettier-ignore

/** Words that hardly a sentence does without, without accents, and letters that few languages have. */
const FUNCTION_WORDS: Readonly<Record<Language, string>> = {
  danish: 'og det er en til paa pa af den som ikke med for jeg har hvad hvor vi et skal kan blev',
  dutch: 'de het een van en is op te dat niet met voor zijn die ik naar wat waar heeft wij bij onze werd',
  finnish: 'ja on ei se etta oli joka mutta ovat han kun mita missa myos voi minun ne tai olen',
  french: 'le la les des du et est une un dans pour que qui sur avec pas ce au aux sont je nous vous ou mon ma ses elle chez',
  german: 'der die das und ist ein eine den dem des mit von zu im nicht auf fur wir ich wo wer sich bei hat wird am aus',
  hungarian: 'a az es egy hogy nem van ez volt meg csak mi hol ki is vagy minden',
  indonesian: 'yang dan di ini itu dengan untuk dari adalah ke pada tidak saya kami apa akan sudah',
  italian: 'il lo la gli nella nel sulla sul nell i le di e che un una per con non sono del della nel al dei si mio dove chi ha alla',
  lithuanian: 'ir yra kad su is i tai ne kaip bet buvo mano kur jis',
  norwegian: 'og det er en til pa av den som ikke med for jeg har hva hvor vi et skal kan ble',
  portuguese: 'o a os as de do da em um uma que e nao para com no na por meu minha onde foi dos das ao',
  romanian: 'si in de la cu nu este un o pe care din pentru ce sunt mai unde lui al am',
  spanish: 'el la los las de del y que en un una es por con para no se su mi donde al lo esta quien fue',
  swedish: 'och det ar en till pa av den som inte med for jag har vad var vi ett ska kan blev',
  turkish: 've bir bu da de ile icin ne mi cok var degil olarak daha benim nerede kim',
}; // prettier-ignore
const LETTERS: Readonly<Record<string, readonly Language[]>> = {
  ñ: ['spanish'], ß: ['german'], ã: ['portuguese'], õ: ['portuguese'], ő: ['hungarian'], ű: ['hungarian'],
  ğ: ['turkish'], ı: ['turkish'], ş: ['turkish'], ț: ['romanian'], ș: ['romanian'], ă: ['romanian'], æ: ['danish', 'norwegian'],
  ø: ['danish', 'norwegian'], å: ['swedish', 'danish', 'norwegian'], ę: ['lithuanian'], ė: ['lithuanian'],
  œ: ['french'], ê: ['french', 'portuguese'], è: ['french', 'italian'], ä: ['german', 'swedish', 'finnish'],
  ü: ['german', 'turkish', 'hungarian'], ç: ['french', 'portuguese', 'turkish'],
}; // prettier-ignore

export const LANGUAGES = Object.keys(FUNCTION_WORDS) as readonly Language[];

const BY_WORD = new Map<string, (Language | 'english')[]>();
for (const word of STOP_WORDS) BY_WORD.set(word, ['english']);
for (const language of LANGUAGES) {
  for (const word of FUNCTION_WORDS[language].split(' ')) BY_WORD.set(word, [...(BY_WORD.get(word) ?? []), language]);
}
const SPECIAL = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');
/** A letter alone says less than a word. */
const LETTER_VOTE = 0.5;
/** Languages that one text is taken to be in at most. */
const MOST = 3;

/**
 * Guesses the language of a text by the function words it has: none where it is English or nothing tells, several where
 * they are alike. A wrong guess costs little: exact forms and English stems are always there.
 */
export class LanguageGuess {
  readonly #votes = new Map<Language | 'english', number>();

  /** @param folded without accents @param surface as it stands, in lower case */
  see(folded: string, surface: string): void {
    for (const language of BY_WORD.get(folded) ?? []) this.#vote(language, 1);
    if (surface === folded) return;
    for (const [letter] of surface.matchAll(SPECIAL)) {
      for (const language of LETTERS[letter] ?? []) this.#vote(language, LETTER_VOTE);
    }
  }

  /** Whether anything told of a language. */
  get isSure(): boolean {
    return this.#votes.size > 0;
  }

  get languages(): readonly Language[] {
    const best = Math.max(0, ...this.#votes.values());
    const leading = [...this.#votes].filter(([, votes]) => votes === best).map(([language]) => language);
    if (leading.includes('english')) return [];
    return leading.filter((language): language is Language => language !== 'english').slice(0, MOST);
  }

  #vote(language: Language | 'english', weight: number): void {
    this.#votes.set(language, (this.#votes.get(language) ?? 0) + weight);
  }
}
