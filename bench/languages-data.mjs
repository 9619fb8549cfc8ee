// Made for the bench: for each language twenty short memories, and a question for each in other forms of its words.
const PAIRS = {
  English: `The plumber fixed the leaking tap|who repaired taps and fixes leaks
Grandpa collects old stamps|collecting stamp
The bakery closes at six|when do bakeries close
Our neighbours adopted two kittens|adopting a kitten
The flight to Porto was delayed|delay of flights to Porto
She planted tulips by the gate|planting tulip
The violin needs new strings|violins string
We painted the kitchen yellow|paint kitchens
The dentist moved to Mill Lane|dentists moving
He borrowed a tent for the weekend|borrowing tents
The recipe calls for three lemons|recipes with lemon
Tickets are in the blue folder|ticket folders
The dog chewed the slippers|dogs chewing slipper
A storm damaged the greenhouse|damaging storms greenhouses
The lecture covers black holes|lectures on a black hole
My bicycle has a flat tyre|bicycles with flat tyres
They married in a small chapel|marrying in chapels
The heating stopped on Sunday|stop heating
Lunch is served on the terrace|serving lunches terrace
The parcel weighs nine kilos|weigh parcels`,
  German: `Der Klempner hat die Hähne repariert|Klempner Hahn
Die Häuser am Fluss sind alt|Haus Fluss
Wir haben Äpfel und Birnen gekauft|Apfel Birne
Die Schlüssel liegen unter der Matte|schlussel Matten
Oma strickt warme Socken|stricken Socke
Der Zug nach Köln hatte Verspätung|Zuge nach Koeln
Die Straße ist wegen Bauarbeiten gesperrt|STRASSE Bauarbeit
Unsere Nachbarn haben zwei Katzen|Nachbar Katze
Das Fenster im Bad klemmt|Fenstern klemmen
Der Zahnarzt ist im Urlaub|Zahnarzt Urlaube
Die Bücher stehen im Regal|Bücher Regale
Er singt im Chor der Gemeinde|singen Chöre
Die Blumen brauchen Wasser|Blume Wasser
Das Fahrrad hat einen Platten|Fahrrad Platte
Die Rechnung wurde bezahlt|Rechnungen bezahlen
Im Garten wachsen Tomaten|Gärten Tomate
Die Kinder spielen auf der Wiese|Kind spielt Wiesen
Der Vertrag endet im März|Verträge enden
Die Brille liegt auf dem Tisch|Brillen Tische
Sein Koffer ist noch in Wien|Koffern Wien`,
  French: `L'école ferme à seize heures|ecole fermer
Les chevaux dorment dans la grange|cheval grange
Le plombier a réparé les robinets|plombiers robinet
Nous avons peint la cuisine en jaune|peinte cuisines jaunes
L'avion pour Nice avait du retard|avions retards
Mamie tricote des écharpes|tricoter écharpe
Les clés sont sous le paillasson|clé paillassons
La boulangerie est fermée le lundi|boulangeries lundis
Il joue du violon depuis l'enfance|jouer violons enfance
Les voisins ont adopté un chien|voisin chiens
Le dentiste a changé d'adresse|dentistes adresses
J'ai acheté des billets de théâtre|billet theatre
La réunion est reportée à mardi|réunions reporter
Le vélo a un pneu crevé|vélos pneus
Elle cultive des tomates et des fraises|tomate fraise
Le musée d'Orsay ouvre à neuf heures|musées Orsay
Les lunettes sont sur la table|lunette tables
La facture a été payée|factures payer
Son parapluie est resté dans le train|parapluies trains
Il faut arroser les plantes|plante arrosée`,
  Spanish: `Los gatos duermen en la cocina|gato cocina
El fontanero arregló los grifos|fontaneros grifo
La reunión se aplazó al martes|reuniones aplazada
El niño perdió las llaves|niños llave
El tren a Sevilla llegó tarde|trenes tarde Sevilla
La abuela teje bufandas|tejer bufanda
Compramos manzanas y peras|manzana pera
La panadería cierra a las ocho|panaderia cerrar
Los vecinos adoptaron un perro|vecino perros
El dentista está de vacaciones|dentistas vacación
Las flores necesitan agua|flor necesita
La bicicleta tiene una rueda pinchada|bicicletas ruedas
Ella canta en el coro|cantar coros
La factura ya fue pagada|facturas pagadas
El paraguas quedó en el autobús|paraguas autobuses
Plantamos tomates en el huerto|tomate huertos
El contrato termina en marzo|contratos terminan
Las gafas están sobre la mesa|gafa mesas
La maleta pesa veinte kilos|maletas pesan
El concierto empieza a las nueve|conciertos empezar`,
  Italian: `I gatti dormono nel giardino|gatto giardini
L'idraulico ha riparato i rubinetti|idraulico rubinetto
La riunione è spostata a martedì|riunioni spostate
Il bilancio dell'anno scorso|bilanci anno
Il treno per Napoli era in ritardo|treni ritardi Napoli
La nonna cucina le lasagne|nonne cucinare
Abbiamo comprato mele e pere|mela pera
Il panificio chiude alle otto|panifici chiudono
I vicini hanno adottato un cane|vicino cani
Il dentista è in vacanza|dentisti vacanze
I fiori hanno bisogno di acqua|fiore acqua
La bicicletta ha una gomma bucata|biciclette gomme
Lei canta nel coro|cantare cori
La fattura è stata pagata|fatture pagate
L'ombrello è rimasto sul tram|ombrelli tram
Nell'orto crescono i pomodori|orto pomodoro
Il contratto scade in marzo|contratti scadono
Gli occhiali sono sul tavolo|occhiale tavoli
La valigia pesa venti chili|valigie pesano
Il libro è nella scatola|libri scatole`,
  Russian: `Кошки спят на кухне|кошка кухня
Сантехник починил краны|сантехники кран
Собрание перенесли на вторник|собрания вторники
Ребёнок потерял ключи|ребенок ключ
Поезд в Казань опоздал|поезда Казань
Бабушка вяжет шарфы|бабушки шарф
Мы купили яблоки и груши|яблоко груша
Булочная закрывается в восемь|булочную закрывают
Соседи взяли собаку|сосед собаки
Стоматолог уехал в отпуск|стоматолога отпуске
Цветам нужна вода|цветы воду
У велосипеда спустило колесо|велосипед колёса
Она поёт в хоре|хор поет
Счёт уже оплачен|счета оплачены
Зонт остался в автобусе|зонты автобус
На грядке растут помидоры|грядки помидор
Договор кончается в марте|договора март
Очки лежат на столе|очками стол
Чемодан весит двадцать кило|чемоданы весят
Книга стоит на полке|книги полка`,
  Turkish: `Kediler mutfakta uyuyor|kedi mutfak
İstanbul'da yağmur yağıyor|ISTANBUL yağmuru
Toplantı salıya ertelendi|toplantılar salı
Anahtarlar paspasın altında|anahtar paspas
Ankara treni gecikti|trenler Ankara
Büyükanne atkı örüyor|büyükanneler atkılar
Elma ve armut aldık|elmalar armutlar
Fırın sekizde kapanıyor|fırınlar kapanır
Komşular bir köpek sahiplendi|komşu köpekler
Diş hekimi tatilde|hekim tatil
Çiçeklerin suya ihtiyacı var|çiçek su
Bisikletin lastiği patladı|bisiklet lastik
O koroda şarkı söylüyor|koro şarkılar
Fatura ödendi|faturalar
Şemsiye otobüste kaldı|şemsiyeler otobüs
Bahçede domates yetişiyor|bahçe domatesler
Sözleşme martta bitiyor|sözleşmeler mart
Gözlük masanın üstünde|gözlükler masa
Bavul yirmi kilo geliyor|bavullar kilo
Kitaplar rafta duruyor|kitap raf`,
  Arabic: `القطط تنام في المطبخ|قطط مطبخ
أصلح السباك الحنفية|سباك حنفيه
تأجل الاجتماع إلى الثلاثاء|اجتماع ثلاثاء
أضاع الولد المفاتيح|ولد مفاتيح
تأخر القطار إلى بغداد|قطار بغداد
الجدة تحيك وشاحا|جده وشاح
اشترينا التفاح والإجاص|تفاح اجاص
المخبز يغلق في الثامنة|مخبز الثامنه
الجيران لديهم كلب|جيران كلب
طبيب الأسنان في إجازة|اسنان اجازه
الأزهار تحتاج إلى الماء|ازهار ماء
عجلة الدراجة مثقوبة|دراجه عجله
تغني في الجوقة|جوقه
دُفعت الفاتورة|فاتوره
بقيت المظلة في الحافلة|مظله حافله
الطماطم في الحديقة|طماطم حديقه
ينتهي العقد في آذار|عقد اذار
النظارات على الطاولة|نظارات طاوله
الحقيبة ثقيلة|حقيبه
رقم الشقة ٢٧|شقه 27`,
  Hebrew: `החתולים ישנים במטבח|מטבח
האינסטלטור תיקן את הברז|אינסטלטור ברז
הפגישה נדחתה ליום שלישי|פגישה שלישי
הילד איבד את המפתחות|ילד מפתחות
הרכבת לחיפה איחרה|רכבת חיפה
סבתא סורגת צעיף|הסבתא צעיף
קנינו תפוחים ואגסים|אגסים
המאפייה נסגרת בשמונה|מאפייה שמונה
השכנים אימצו כלב|שכנים כלב
רופא השיניים בחופשה|שיניים חופשה
הפרחים צריכים מים|פרחים מים
לאופניים יש תקר|אופניים תקר
היא שרה במקהלה|מקהלה
החשבון שולם|חשבון
המטרייה נשארה באוטובוס|מטרייה אוטובוס
העגבניות בגינה|עגבניות גינה
החוזה מסתיים במרץ|חוזה מרץ
המשקפיים על השולחן|משקפיים שולחן
המזוודה כבדה|מזוודה
הַסֵּפֶר על המדף|ספר מדף`,
  Hindi: `बिल्लियाँ रसोई में सोती हैं|रसोई बिल्ली
नलसाज़ ने नल ठीक किया|नलसाज नल
बैठक मंगलवार तक टल गई|बैठकें मंगलवार
बच्चे ने चाबियाँ खो दीं|चाबी बच्चा
दिल्ली की ट्रेन देर से आई|दिल्ली ट्रेनें
दादी स्वेटर बुनती हैं|दादी स्वेटरों
हमने सेब और नाशपाती ख़रीदे|सेब खरीदे
बेकरी आठ बजे बंद होती है|बेकरी आठ
पड़ोसियों ने कुत्ता पाला|पड़ोसी कुत्ते
दाँत का डॉक्टर छुट्टी पर है|दांत डॉक्टर
फूलों को पानी चाहिए|फूल पानी
साइकिल का टायर पंचर है|साइकिलें टायर
वह गायन मंडली में गाती है|गायन मंडली
बिल चुका दिया गया|बिल चुका
छाता बस में रह गया|छाते बस
बग़ीचे में टमाटर उगते हैं|बगीचे टमाटरों
अनुबंध मार्च में समाप्त होगा|अनुबन्ध मार्च
चश्मा मेज़ पर है|चश्मे मेज
सूटकेस भारी है|सूटकेस
हिन्दी की कक्षा कमरा १२ में|हिंदी 12`,
  Korean: `고양이가 부엌에서 잔다|고양이 부엌
배관공이 수도꼭지를 고쳤다|배관공 수도꼭지
회의가 화요일로 미뤄졌다|회의 화요일
아이가 열쇠를 잃어버렸다|아이 열쇠
부산행 기차가 늦었다|기차 부산
할머니는 목도리를 뜬다|할머니 목도리
사과와 배를 샀다|사과
빵집은 여덟 시에 닫는다|빵집
이웃이 강아지를 입양했다|이웃 강아지
치과의사는 휴가 중이다|치과 휴가
꽃에 물이 필요하다|꽃
자전거의 바퀴가 터졌다|자전거 바퀴
그녀는 합창단에서 노래한다|합창단
청구서를 이미 냈다|청구서
우산을 버스에 두고 왔다|우산 버스
정원에서 토마토가 자란다|정원 토마토
계약은 삼월에 끝난다|계약 삼월
안경은 책상 위에 있다|안경 책상
가방이 무겁다|가방
Minsu에게 책을 빌려주었다|Minsu 책`,
  Japanese: `猫が台所で寝ている|台所の猫
配管工が蛇口を直した|蛇口 配管工
会議は火曜日に延期された|火曜日の会議
子供が鍵をなくした|鍵 子供
大阪行きの電車が遅れた|大阪 電車
祖母はマフラーを編む|ﾏﾌﾗｰ 祖母
りんごと梨を買った|りんご
パン屋は八時に閉まる|パン屋
隣人が犬を飼い始めた|隣人の犬
歯医者は休暇中です|歯医者 休暇
花には水が必要だ|花 水
自転車のタイヤがパンクした|自転車 タイヤ
彼女は合唱団で歌う|合唱団
請求書は支払い済みです|請求書
傘をバスに忘れた|傘 バス
庭でトマトが育つ|庭 トマト
契約は三月に終わる|契約 三月
眼鏡は机の上にある|眼鏡 机
鞄が重い|鞄
図書館は月曜日に休みです|図書館`,
  Chinese: `猫在厨房睡觉|厨房 猫
水管工修好了水龙头|水龙头 水管工
会议推迟到星期二|星期二 会议
孩子把钥匙弄丢了|钥匙 孩子
去上海的火车晚点了|上海 火车
奶奶在织围巾|奶奶 围巾
我们买了苹果和梨|苹果
面包店八点关门|面包店
邻居收养了一只狗|邻居 狗
牙医正在休假|牙医
花需要浇水|浇水 花
自行车的轮胎破了|自行车 轮胎
她在合唱团唱歌|合唱团
账单已经付了|账单
雨伞忘在公交车上了|雨伞 公交车
花园里长着番茄|花园 番茄
合同三月到期|合同 三月
眼镜在桌子上|眼镜 桌子
行李箱很重|行李箱
图书馆星期一关门|图书馆`,
  Thai: `แมวนอนในห้องครัว|แมว ห้องครัว
ช่างประปาซ่อมก๊อกน้ำ|ช่างประปา ก๊อกน้ำ
การประชุมเลื่อนไปวันอังคาร|ประชุม วันอังคาร
เด็กทำกุญแจหาย|กุญแจ เด็ก
รถไฟไปเชียงใหม่มาสาย|รถไฟ เชียงใหม่
คุณยายถักผ้าพันคอ|ผ้าพันคอ
เราซื้อแอปเปิลและลูกแพร์|แอปเปิล
ร้านขนมปังปิดสองทุ่ม|ร้านขนมปัง
เพื่อนบ้านรับเลี้ยงสุนัข|เพื่อนบ้าน สุนัข
หมอฟันลาพักร้อน|หมอฟัน
ดอกไม้ต้องการน้ำ|ดอกไม้
ยางจักรยานแตก|จักรยาน
เธอร้องเพลงในคณะประสานเสียง|ประสานเสียง
จ่ายใบแจ้งหนี้แล้ว|ใบแจ้งหนี้
ลืมร่มไว้บนรถเมล์|ร่ม รถเมล์
มะเขือเทศโตในสวน|มะเขือเทศ สวน
สัญญาสิ้นสุดเดือนมีนาคม|สัญญา มีนาคม
แว่นตาอยู่บนโต๊ะ|แว่นตา โต๊ะ
กระเป๋าเดินทางหนัก|กระเป๋าเดินทาง
ห้องสมุดปิดวันจันทร์|ห้องสมุด`,
};

/** By language: memories, each with a question that it answers. */
export const LANGUAGES = Object.fromEntries(
  Object.entries(PAIRS).map(([language, lines]) => [
    language,
    lines.split('\n').map((line) => {
      const [text, query] = line.split('|');
      return { text, query };
    }),
  ]),
);
