import { describe, expect, it } from '@jest/globals';
import { toIndexPoint } from '../../index-model/index-point-factory.js';
import { EMPTY_OVERLAY, type IndexPoint } from '../../index-model/index-point.js';
import type { LexicalIndex } from '../../index-model/lexical-index.port.js';
import { toNamespace } from '../../model/namespace.js';
import { analyzeQuery } from '../../text/query-analysis.js';
import { searchedText } from '../../text/searched-text.js';
import { TEST_NOW_MS, upsertOf } from '../builders.js';
import { aMemory } from '../memory-builder.js';
import type { JsonObject } from '../../model/json.js';

/** How a suite gets a fresh index. */
export interface WordsHarness {
  create(): Promise<LexicalIndex>;
  destroy?(index: LexicalIndex): Promise<void>;
}

type Asked = readonly [query: string, first: string];
type Told = string | JsonObject;

/** Around what matters: without them anything comes first. */
const OTHERS: readonly Told[] = [
  'The ladder leans on the apple tree',
  'Spare bulbs lie in the drawer',
  'Aunt Rosa called about the picnic',
];

/** Texts told apart by what each set is about, and what has to come first. */
const SETS: Readonly<Record<string, { readonly told: readonly Told[]; readonly asked: readonly Asked[] }>> = {
  'emoji and symbols': {
    told: ['Trip 🚲 to the lake', 'Trip 🚌 to the lake', 'Call the 👩🏽‍🔧 again', 'Price is 40 €', 'Price is 40 £', 'Flag 🇳🇴 on the roof', 'Flag 🇸🇪 on the roof', 'Grade ☎️'],
    asked: [['🚌', '🚌'], ['🚲', '🚲'], ['👩‍🔧', '🔧'], ['🔧', '🔧'], ['£', '£'], ['🇸🇪', '🇸🇪'], ['☎', '☎']],
  },
  'tokens that are not words': {
    told: ['Release 4.0.12 breaks the export', 'Release 4.12.0 breaks the export', 'Host 10.1.2.3 is the printer', 'Host 10.2.1.3 is the printer', 'MAC 00:1a:2b:3c:4d:5e', 'MAC 00:1a:2b:3c:5e:4d', 'Edit /var/log/app/error.log', 'Edit /var/app/log/error.log', 'See https://wiki.example.org/teams/blue', 'See https://wiki.example.org/blue/teams', 'Write to jo.hart@example.net', 'Write to hart.jo@example.net', 'Ring +44 (20) 7946-0958', 'Ring +44 (20) 7958-0946', 'Ticket 9f86d081884c7d65', 'Written in C++', 'Written in C#', 'Written in .NET', 'Blood group O-', 'Blood group A+', 'Rent is 1,250 a month', 'Rent is 1,520 a month'],
    asked: [['4.12.0', '4.12.0'], ['v4.0.12', '4.0.12'], ['10.2.1.3', '10.2.1.3'], ['10.1.2.3', '10.1.2.3'], ['00-1A-2B-3C-5E-4D', '5e:4d'], ['/var/app/log/error.log', '/var/app/log'], ['wiki.example.org/blue/teams', 'blue/teams'], ['hart.jo@example.net', 'hart.jo@'], ['+44 20 7958 0946', '7958'], ['442079460958', '7946'], ['9F86D081884C7D65', '9f86'], ['C#', 'C#'], ['C++', 'C++'], ['.NET', '.NET'], ['O-', 'O-'], ['A+', 'A+'], ['1250', '1,250'], ['1.520', '1,520']],
  },
  'names from code, by their parts': {
    told: ['parseInvoiceLines drops the last row', 'send_reminder_mail waits for the queue', 'The max-upload-size is too low', 'HTTPProxyServer ignores it', 'Lines of the invoice', 'Mail arrived'],
    asked: [['parse invoice lines', 'parseInvoiceLines'], ['send reminder mail', 'send_reminder_mail'], ['max upload size', 'max-upload-size'], ['http proxy server', 'HTTPProxyServer'], ['parseInvoiceLines', 'parseInvoiceLines'], ['maxUploadSize', 'max-upload-size'], ['SEND-REMINDER-MAIL', 'send_reminder_mail']],
  },
  'the word itself before its relatives': {
    told: ['Policies of the firm were printed on paper', 'The police came by', 'A new policy', 'Generals met', 'In general it was agreed on all the points by everyone', 'Plan A is dropped', 'The plan B that we have made for the winter'],
    asked: [['police', 'police'], ['policy', 'policy'], ['general', 'In general'], ['generals', 'Generals'], ['plan B', 'plan B']],
  },
  'letters that do not come apart': {
    told: ['Þórður called', 'Kært barn', 'Straße gesperrt', 'Diyarbakır trip', 'Đorđe paints', 'Œuvre d’art', 'Łukasz sings', 'Björn reads'],
    asked: [['Thordur', 'Þórður'], ['kaert', 'Kært'], ['STRASSE', 'Straße'], ['Diyarbakir', 'Diyarbakır'], ['Dorde', 'Đorđe'], ['oeuvre', 'Œuvre'], ['lukasz', 'Łukasz'], ['Bjorn', 'Björn'], ['Bjoern', 'Björn'], ['BJÖRN'.normalize('NFD'), 'Björn']],
  },
  'characters that nobody sees': {
    told: ['co\u00adopera\u00adtion starts', 'The zep\u200bpelin lands', '\ufeffharbour opens', 'vio\u2060lin lesson'],
    asked: [['cooperation', 'opera'], ['zeppelin', 'zep'], ['harbour', 'opens'], ['violin', 'lesson'], ['zep\u200cpelin', 'lands']],
  },
  French: { told: ["L'école ferme tôt", "Le musée d'Orsay est loin", 'Les chevaux dorment dans la grange'], asked: [['ecole', "L'école"], ['Orsay', 'Orsay'], ['cheval', 'chevaux'], ['l’école', "L'école"]] },
  Italian: { told: ["Il bilancio dell'anno scorso", 'I libri sono nella scatola', 'I gatti dormono nel giardino'], asked: [['anno', 'anno'], ['libro', 'libri'], ['gatto giardino', 'gatti']] },
  German: { told: ['Die Häuser am Fluss sind alt', 'Der Schlüssel liegt unter der Matte', 'Wir kaufen Äpfel auf dem Markt'], asked: [['Haus Fluss', 'Häuser'], ['schlussel', 'Schlüssel'], ['Aepfel', 'Äpfel']] },
  Spanish: { told: ['Los gatos duermen en la cocina', 'La reunión es el martes', 'El niño perdió las llaves'], asked: [['gato', 'gatos'], ['reunion', 'reunión'], ['llave', 'llaves']] },
  Turkish: { told: ["İstanbul'da yağmur var", 'Evlerimizden çıktık', 'Kitapları kütüphaneye götürdüm'], asked: [['istanbul', 'İstanbul'], ['ISTANBUL', 'İstanbul'], ['kütüphane kitap', 'Kitapları']] },
  Russian: { told: ['Собаками занимается Ольга', 'Ёлка стоит во дворе', 'Книги лежат в библиотеке'], asked: [['собака', 'Собаками'], ['елка', 'Ёлка'], ['библиотека', 'библиотеке']] },
  Greek: { told: ['Ο ΟΔΥΣΣΕΥΣ γύρισε', 'Τα βιβλία είναι εδώ', 'Η θάλασσα είναι ήρεμη'], asked: [['οδυσσευς', 'ΟΔΥΣΣΕΥΣ'], ['βιβλια', 'βιβλία'], ['θαλασσα', 'θάλασσα']] },
  Arabic: { told: ['سافرَ خالدٌ إلى المدينة', 'المكتبة مغلقة اليوم', 'رقم الخزانة ٧٣٥', 'أُحبّ القهوة'], asked: [['خالد', 'خالد'], ['مكتبه', 'المكتبة'], ['735', '٧٣٥'], ['احب قهوة', 'القهوة'], ['مدينة', 'المدينة']] },
  Persian: { told: ['می\u200cخواهم چای بنوشم', 'کتاب روی میز است', 'کلید ۴۲ گم شد'], asked: [['میخواهم', 'چای'], ['كتاب', 'کتاب'], ['42', '۴۲']] },
  Hebrew: { told: ['הַסֵּפֶר על השולחן', 'דניאל גר בחיפה', 'מפתחות בתיק'], asked: [['ספר', 'סֵּפֶר'], ['חיפה', 'בחיפה'], ['תיק', 'בתיק']] },
  Hindi: { told: ['किताबें मेज़ पर हैं', 'हिन्दी की कक्षा', 'कमरा १०४ ख़ाली है'], asked: [['किताब मेज', 'किताबें'], ['हिंदी', 'हिन्दी'], ['104', '१०४'], ['खाली', 'ख़ाली']] },
  Korean: { told: ['학교에서 회의가 있다', 'Sarah에게 우산을 주었다', '부산으로 이사했다'], asked: [['학교', '학교에서'], ['Sarah', 'Sarah에게'], ['우산', '우산을'], ['부산', '부산으로'], ['회의', '회의가']] },
  Japanese: { told: ['東京都の図書館は月曜日に休みです', '猫が窓のそばで寝ている', 'ﾃﾚﾋﾞを買った'], asked: [['図書館', '図書館'], ['猫', '猫'], ['テレビ', 'ﾃﾚﾋﾞ'], ['窓', '窓']] },
  Chinese: { told: ['图书馆星期一关门', '他在北京大学学习', '钥匙在厨房的抽屉里'], asked: [['图书馆', '图书馆'], ['北京', '北京'], ['厨房', '厨房'], ['大学', '大学']] },
  Thai: { told: ['เขาไปโรงเรียนทุกวัน', 'กุญแจอยู่ในห้องครัว', 'ห้อง ๕๑๒ ว่าง'], asked: [['โรงเรียน', 'โรงเรียน'], ['กุญแจ', 'กุญแจ'], ['512', '๕๑๒']] },
  'what stands beside the text': {
    told: [{ text: 'Parcel is late', ref: 'QX-19-7702', carrier: 'Silver Heron' }, { text: 'Fence', tags: ['gardening', 'weekend'] }, { title: 'Boiler', note: 'Serviced', meta: { deep: { pressure: 1.75, code: 48213 } } }, { text: 'A heron' }],
    asked: [['QX-19-7702', 'QX-19'], ['Silver Heron', 'Silver'], ['gardening', 'weekend'], ['48213', 'Boiler'], ['1.75', 'Boiler']],
  },
}; // prettier-ignore

const NAMESPACE = toNamespace('words');
const FIELDS = ['text', 'title', 'note'];

/** What any index of words must find first. Each text is told beside unrelated ones. */
export function describeWordsContract(name: string, { create, destroy }: WordsHarness): void {
  describe(`the words of ${name}`, () => {
    it.each(Object.entries(SETS))('%s', async (_, { told, asked }) => {
      const index = await create();
      try {
        const points = [...OTHERS, ...told].map(toPoint);
        await index.apply(NAMESPACE, points.map(upsertOf));
        const answers = [];
        for (const [query, wanted] of asked) {
          answers.push({ query, wanted, found: await firstOf(index, query, { points, wanted }) });
        }
        expect(answers.filter(({ found }) => found !== 'first')).toEqual([]);
      } finally {
        await destroy?.(index);
      }
    });
  });
}

async function firstOf(
  index: LexicalIndex,
  query: string,
  { points, wanted }: { readonly points: readonly IndexPoint[]; readonly wanted: string },
): Promise<string> {
  const { terms, weights } = analyzeQuery(query);
  const [best, next] = await index.search(NAMESPACE, { terms, weights, limit: 5, nowMs: TEST_NOW_MS }, EMPTY_OVERLAY);
  const text = JSON.stringify(points.find(({ key }) => key === best?.key)?.payload ?? 'nothing');
  if (!text.includes(wanted)) return text;
  return next && next.score >= best!.score ? 'first among equals' : 'first';
}

function toPoint(told: Told, index: number): IndexPoint {
  const payload = typeof told === 'string' ? { text: told } : told;
  const memory = aMemory({ id: index + 1, payload });
  return toIndexPoint(memory, { searchedText: searchedText(payload, FIELDS), session: null }, null);
}
