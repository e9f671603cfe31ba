using System.Collections.Frozen;
using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Text;

namespace StreamEngine.Operators;

/// <summary>Words that say nothing about what a post is about: articles, pronouns, prepositions, auxiliaries and the like, per language, as <see cref="TextFolding"/> leaves them.</summary>
internal static class StopWords
{
    /// <summary>In every language: what posts are made of.</summary>
    private const string Any = "rt via amp http https www com html gt lt nbsp ok haha hahaha lol omg wtf xd etc pm am vs";

    private const string Dutch = """
        aan aangezien al alle allemaal alleen allerlei alles als alsof altijd ander andere anders ben bent bij bijna binnen bovendien
        buiten daar daarna daarom dan dat de deze die dit doe doen doet door dus een eens eerst eigenlijk elk elke en enige enkele er erg
        even gaan gaat ga geen gedaan geweest geworden gewoon goed graag haar had hadden hallo heb hebben hebt heeft heel hem hen het hier
        hij hoe hoor hun ieder iedereen iemand iets ik in inderdaad is ja je jij jou jouw jullie kan komen komt kon konden kun kunnen kunt
        laat maar maken me meer men met mij mijn misschien moet moeten mogen na naar nee net niemand niet niets nog nooit nou nu of om
        omdat onder ons onze ook op over per pas samen sinds soms steeds straks te tegen ten ter terwijl toch toen tot tussen u uit uw van
        vanaf vandaag veel verder via voor vooral waar waarom wanneer want waren was wat we weer weet weg wel werd werden wie wij wil wilt
        worden wordt wou zal ze zeer zeg zegt zei zelf zelfs zich zie ziet zij zijn zo zoals zoveel zou zouden zullen
        """;

    private const string Italian = """
        a abbiamo abbia ad adesso agli ai al alla alle allo allora altra altre altri altro anche ancora avere avete aveva avevano avuto c
        che chi ci ciao cioe come con cosa cosi cui d da dagli dai dal dall dalla dalle dallo degli dei del dell della delle dello dentro
        deve devo di dire dopo dove due e ecco ed era erano essere fa fanno far fare fatto fino fra gia gli ha hai hanno ho i il in infatti
        invece io l la le lei li lo loro lui ma mai me mentre mi mia mie miei mio molto n ne negli nei nel nell nella nelle nello nessuno
        niente no noi non nostra nostre nostri nostro nulla o oggi ogni oh oppure ora per perche pero piu poco poi prima proprio pure puo
        qua qualche qualcosa qualcuno quale quali quando quanto quella quelle quelli quello quel questa queste questi questo qui s sara se
        sei sempre senza si sia siamo siete so solo sono sopra sotto sta stai stanno stata state stati stato stessa stesso sto su sua sue
        sugli sui sul sulla sulle sullo suo suoi t tanto te ti tra troppo tu tua tue tuo tuoi tutta tutte tutti tutto un una uno v va vai
        verso vi voi volta vostra vostre vostri vostro
        """;

    private const string Polish = """
        a aby ach albo ale ani az bardzo bede bedzie bez bo by byc byl byla byli bylo byly chce ci cie co cos czego czemu czy czyli da dla
        dlaczego do dobra dobrze dzis dzisiaj ech gdy gdyby gdyz gdzie go i ich ile im inna inne inny innych ja jak jaka jakas jaki jakis
        jakie jako je jeden jedna jednak jedno jego jej jemu jesli jest jestem jestes jestesmy jeszcze juz kazdy kiedy kim kto ktora ktore
        ktorego ktorej ktory ktorych ktorym ktorzy lub ma maja mam masz mi mial miec mimo mna mnie moga moge moi moim moj moja moje moze
        mozna my na nad nam nami nas nasz nasza nasze natomiast nawet nia nic nich nie nigdy nim niz no o ob od ok oko on ona one oni ono
        oraz oto pan pani po pod podczas poniewaz prosze przed przede przez przy raz razie robi sa sam sama sie skad soba sobie swoje ta
        tak taka takie taki takze tam te tego tej ten teraz tez tobie toba to totez tu tutaj twoj twoja twoje ty tych tyle tylko tym u
        wam wami was wasz wasza wasze we wlasnie w wiec wiem wszyscy wszystkich wszystkie wszystko wy z za zaden zadna zadne zawsze ze zeby
        znowu
        """;

    private const string English = """
        a able about above after again against ain't all almost also always am an and another any anyone anything are aren't around as at
        away back be because been before being below between both but by came can can't cannot cant come could couldn't did didn't didnt do
        does doesn't doesnt doing don't done dont down during each either else even ever every everyone everything few for from further get
        gets getting give go goes going gonna got gotta had hadn't has hasn't have haven't having he he'd he'll he's her here here's hers
        herself hey him himself his how how's i i'd i'll i'm i've if im in into is isn't isnt it it'd it'll it's its itself ive just keep
        know last least less let let's like made make many may maybe me might more most much must my myself need never next no nor not now
        of off oh on once one only or other our ours out over own please pls put really right said same say see seen she she's should
        shouldn't since so some someone something still such sure take than that that's thats the their theirs them themselves then there
        there's these they they'd they'll they're they've thing things think this those though through till to today too two u under until
        up upon ur us very want wanted was wasn't wasnt way we we'd we'll we're we've well went were weren't what what's when where which
        while who who's whom why will with within without won't wont would wouldn't ya yeah yes yet you you'd you'll you're you've your
        youre yours yourself
        """;

    private const string German = """
        ab aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bist bitte bleibt da dabei dadurch
        dafur damit dann daran darauf darum das dass davon dazu dein deine dem den denn der des deshalb dich die dies diese diesem diesen
        dieser dieses dir doch dort du durch ein eine einem einen einer eines einfach einmal er es etwa etwas euch euer eure fast fur ganz
        gar geht gegen gemacht genau gerade gibt habe haben hab hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren
        ihrer im immer in ins ist ja jede jedem jeden jeder jedes jemand jetzt kann kannst kein keine keinem keinen keiner konnen konnte
        konnten leider mach machen macht mal man mehr mein meine meinem meinen meiner mich mir mit muss mussen musste nach nachdem naturlich
        neben nein nicht nichts nie niemand noch nun nur ob oder ohne schon sehr sei sein seine seinem seinen seiner seit selbst sich sie
        sind so sogar solche soll sollen sollte sondern sonst uber um und uns unser unsere unter viel viele vom von vor wann war waren warum
        was weg wegen weil weiter welche welcher wenn wer werde werden werdet wie wieder will wir wird wirklich wo wohl wollen worden wurde
        wurden zu zum zur zwar zwischen
        """;

    private const string French = """
        a afin ah ai aie ainsi alors apres as au aucun aucune aujourd'hui aupres aussi autre autres aux avaient avais avait avant avec avez
        avoir avons bien bon bonjour c c'est ca car ce ceci cela celle celles celui cependant ces cet cette ceux chaque chez ci comme
        comment d dans de deja depuis des deux dois doit donc dont du elle elles en encore entre es est et etaient etais etait etant ete
        etes etre eu eux faire fais fait faites faut font hors ici il ils j j'ai je jusqu jusque l la le les leur leurs lors lorsque lui m
        ma mais me meme memes merci mes moi moins mon n ne ni non nos notre nous on ont ou par parce parfois pas pendant peu peut peux plus
        plutot pour pourquoi pourtant puis puisque qu qu'il qu'on quand que quel quelle quelles quelqu quelque quelques quels qui quoi rien
        s sa sans se sera serait ses si sinon soit son sont sous suis sur t ta tant te tel telle tes toi ton toujours tous tout toute
        toutes tres trop tu un une va vais vas vers voici voila vont vos votre vous vraiment vu y
        """;

    private const string Spanish = """
        a ahi ahora al algo alguien algun alguna algunas alguno algunos alla alli ante antes aquel aquella aqui asi aun aunque bajo bastante
        bien bueno cada casi como con conmigo contra cosa cosas cual cuales cuando cuanto da dan de debe deben del demas desde despues dice
        dicen dijo donde dos e el ella ellas ellos en entonces entre era eran eres es esa esas ese eso esos esta estaba estaban estado estamos
        estan estar estas este esto estos estoy fin fue fueron fui gracias gran ha haber habia hace hacen hacer hacia han has hasta hay haya
        he hecho hemos hola hoy igual ir jamas la las le les lo los luego mas me mejor menos mi mia mias mientras mio mios mis mismo mucha
        muchas mucho muchos muy nada nadie ni ningun ninguna ninguno no nos nosotras nosotros nuestra nuestras nuestro nuestros nunca o os
        otra otras otro otros para parece pero poco por porque pues puede pueden puedo que quien quienes quiere quiero sabe se sea segun
        ser sera si sido siempre sin sino so sobre solo somos son soy su sus tal tambien tan tanta tanto te tener tengo ti tiempo tiene
        tienen toda todas todavia todo todos tras tu tus un una unas uno unos usted ustedes va vamos van veces ver vez voy y ya yo
        """;

    private const string Portuguese = """
        a acho agora ai ainda algo alguem algum alguma algumas alguns ali alem ante antes ao aos apenas apos aquela aquele aqueles aqui
        aquilo as assim ate atras bem boa bom cada cade coisa coisas com como comigo contra cujo da dar das de dela dele deles demais depois
        desde dessa desse desta deste deve devem dia dias disse disso disto do dois dos e ela elas ele eles em enquanto entao entre era eram
        essa essas esse esses esta estao estar estas estava estavam este estes estou eu faz fazem fazer fez fica ficar foi for foram fosse
        gente grande ha hoje ir isso isto ja la lhe lhes logo mais mas me meio melhor menos mesmo mesma meu meus minha minhas muita muitas
        muito muitos na nada nao nas nela nele nem nenhum nenhuma ninguem no nos nossa nossas nosso nossos num numa nunca o oi onde ontem ou
        outra outras outro outros para pela pelas pelo pelos pode podem poder pois por porque pouco pra pras pro pros qual qualquer quando
        quanto quase que quem quer querem quero se seja sem sempre ser sera seu seus si sido so sob sobre somos sou sua suas ta tal talvez
        tambem tanto tao te tem temos tenho ter teve ti tinha tive toda todas todo todos tudo tu tua tudo um uma umas uns vai vamos vao vc
        vcs ver vez vezes voce voces vou
        """;

    private static readonly (string Language, FrozenSet<ulong> Words)[] _lists =
    [
        ("nl", Set(Dutch)), ("it", Set(Italian)), ("pl", Set(Polish)), ("en", Set(English)),
        ("de", Set(German)), ("fr", Set(French)), ("es", Set(Spanish)), ("pt", Set(Portuguese)),
    ];

    private static readonly FrozenSet<ulong> _all = _lists.SelectMany(list => list.Words).ToFrozenSet();

    /// <summary>The list of a language, as hashes of its words; where there is none for it, all lists in one.</summary>
    public static FrozenSet<ulong> Of(string? language) =>
        Array.Find(_lists, list => list.Language == language).Words ?? _all;

    private static FrozenSet<ulong> Set(string words) =>
        $"{Any} {words}".Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(word => Hash64.Of(Encoding.UTF8.GetBytes(word))).ToFrozenSet();
}
