namespace StreamEngine.Chaos.Posts;

/// <summary>What posts are put together from, in four languages: an opening, something said of a brand, an ending. {0} is the brand.</summary>
internal sealed record Phrasebook(string Language, string Nothing, string And, string[] Openings, string[] Bad, string[] Plain, string[] Good, string[] Endings)
{
    /// <summary>All languages.</summary>
    public static IReadOnlyList<Phrasebook> All { get; } =
    [
        new(
            "nl",
            "de buurt",
            "en",
            ["Vandaag gezien: ", "Nou ja, ", "Even iets over gisteren: ", "Zeg, "],
            ["{0} is echt waardeloos", "nooit meer {0}, wat een oplichters", "{0} werkt alweer niet, om gek van te worden", "weer gelogen door {0}, schandalig", "wat een vreselijke service van {0}"],
            ["{0} opent een winkel in Zwolle", "{0} komt morgen langs", "de cijfers van {0} komen in mei", "{0} heeft een nieuw adres", "wie kent {0}?"],
            ["{0} is geweldig, ik ben er dol op", "heel blij met {0}, echt top", "wat een fijne service van {0}", "{0} heeft mijn dag goed gemaakt", "prachtig werk van {0}, dank jullie wel"],
            ["", " sinds maandag", " (voor de derde keer)", " 🙄"]),
        new(
            "it",
            "il quartiere",
            "e",
            ["Oggi: ", "Allora, ", "Una cosa su ieri: ", "Sentite, "],
            ["{0} fa davvero schifo", "mai più {0}, che truffatori", "{0} non funziona di nuovo, una vergogna", "{0} ha mentito ancora, pessimi", "che servizio orribile da {0}"],
            ["{0} apre un negozio a Parma", "{0} passa domani", "i dati di {0} escono a maggio", "{0} ha un nuovo indirizzo", "chi conosce {0}?"],
            ["{0} è fantastico, lo adoro", "molto contento di {0}, davvero bravi", "che bel servizio da {0}", "{0} mi ha salvato la giornata", "splendido lavoro di {0}, grazie mille"],
            ["", " da lunedì", " (per la terza volta)", " 🙄"]),
        new(
            "pl",
            "okolica",
            "i",
            ["Dzisiaj: ", "No cóż, ", "Coś o wczoraj: ", "Słuchajcie, "],
            ["{0} to dno, nie polecam", "nigdy więcej {0}, oszuści", "{0} znowu nie działa, szlag mnie trafia", "{0} znowu kłamie, wstyd", "okropna obsługa w {0}"],
            ["{0} otwiera sklep w Łodzi", "{0} przyjedzie jutro", "wyniki {0} będą w maju", "{0} ma nowy adres", "kto zna {0}?"],
            ["{0} jest wspaniałe, uwielbiam", "bardzo zadowolona z {0}, super", "świetna obsługa w {0}", "{0} uratowało mi dzień", "piękna robota {0}, dziękuję"],
            ["", " od poniedziałku", " (po raz trzeci)", " 🙄"]),
        new(
            "en",
            "the street",
            "and",
            ["Today: ", "Well, ", "About yesterday: ", "Listen, "],
            ["{0} is really terrible", "never again {0}, what crooks", "{0} is down again, I am furious", "{0} lied to us again, disgusting", "what an awful service from {0}"],
            ["{0} opens a shop in Leeds", "{0} comes by tomorrow", "the figures of {0} come out in May", "{0} has a new address", "who knows {0}?"],
            ["{0} is wonderful, I love it", "so happy with {0}, truly great", "what a lovely service from {0}", "{0} made my day", "beautiful work by {0}, thank you"],
            ["", " since Monday", " (for the third time)", " 🙄"]),
    ];

    /// <summary>How many ways there are to say something: all bad ones first, then plain ones, then good ones.</summary>
    public int Sayings => Bad.Length + Plain.Length + Good.Length;

    /// <summary>A text about <paramref name="subject"/>.</summary>
    public string Compose(int opening, int saying, int ending, string subject)
    {
        var said = saying < Bad.Length ? Bad[saying]
            : saying < Bad.Length + Plain.Length ? Plain[saying - Bad.Length]
            : Good[saying - Bad.Length - Plain.Length];
        return Openings[opening] + said.Replace("{0}", subject, StringComparison.Ordinal) + Endings[ending];
    }
}
