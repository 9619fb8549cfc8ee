/** Numbers in words, of the languages that dates are read in: a pattern around them says which language it is. */
const WORDS: Readonly<Record<number, string>> = {
  1: 'an? one single ein eine einen einem einer un une una uno um uma een en ett один одну одна jeden jedną bir 一',
  2: 'two couple zwei deux dos dois duas due twee två to два две dwa dwie iki 二 两',
  3: 'three few drei trois tres três tre drie три trzy üç 三',
  4: 'four vier quatre cuatro quatro quattro fyra fire четыре cztery dört 四',
  5: 'five fünf cinq cinco cinque vijf fem пять pięć beş 五',
  6: 'six sechs seis sei zes sex seks шесть sześć altı 六',
  7: 'seven sieben sept siete sete sette zeven sju syv семь siedem yedi 七',
  8: 'eight acht huit ocho oito otto åtta otte восемь osiem sekiz 八',
  9: 'nine neun neuf nueve nove negen nio ni девять dziewięć dokuz 九',
  10: 'ten zehn dix diez dez dieci tien tio ti десять dziesięć on 十',
  11: 'eleven elf onze once undici',
  12: 'twelve zwölf douze doce doze dodici twaalf tolv',
  20: 'twenty zwanzig vingt veinte vinte venti',
};

const BY_WORD = new Map(
  Object.entries(WORDS).flatMap(([count, words]) =>
    words
      .split(' ')
      .flatMap((word) => (word === 'an?' ? ['a', 'an'] : [word]).map((each) => [each, Number(count)] as const)),
  ),
);

/** Pattern of a number of up to three digits, or in words; one group. */
export const COUNT = `(?:(?:a|the) )?(\\d{1,3}|${[...BY_WORD.keys()].sort((a, b) => b.length - a.length).join('|')})(?: of)?`;

export function countOf(text: string | undefined): number {
  return BY_WORD.get(text ?? '') ?? Number(text);
}
