const GROUPS = {
  articles: 'a an the',
  pronouns:
    'i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers ' +
    'herself it its itself they them their theirs themselves this that these those',
  auxiliaries:
    'am is are was were be been being have has had having do does did doing will would shall should can could ' +
    'might must ought cannot',
  questions: 'what which who whom whose when where why how',
  prepositions:
    'about above across after against along among around at before behind below beneath beside between beyond by ' +
    'down during for from in into of off on onto out over through to toward towards under until up upon with within ' +
    'without',
  conjunctions: 'and but or nor so yet if because as than though although while whereas unless since',
  adverbs:
    'again also both each few further here more most no not only other own same some such then there too very just any all once',
  withoutApostrophe:
    'dont doesnt didnt cant couldnt wouldnt shouldnt isnt arent wasnt werent havent hasnt hadnt im ive youre theyre',
};

/** English function words, which carry no topic. They are neither indexed nor searched. */
export const STOP_WORDS: ReadonlySet<string> = new Set(Object.values(GROUPS).flatMap((words) => words.split(' ')));
