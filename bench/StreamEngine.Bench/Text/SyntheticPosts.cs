using System.Text;

namespace StreamEngine.Bench.Text;

/// <summary>
/// Posts of 100 to 140 characters in Dutch, Italian, Polish and English, put together from clauses of our own, with
/// handles, hashtags, links, emoji and rare words, as one buffer with offsets and lengths. A seed decides them.
/// </summary>
public sealed class SyntheticPosts
{
    private static readonly string[][] _clauses =
    [
        [
            "Al drie dagen wacht ik op mijn pakketje", "de klantenservice neemt gewoon niet op", "wat een geweldige service vandaag", "de app doet het weer eens niet",
            "heel blij met mijn nieuwe fiets", "de trein had veertig minuten vertraging", "de koffie was lauw en veel te duur", "ik raad dit merk echt niemand aan",
            "super snel geleverd en netjes verpakt", "waarom is jullie website zo traag", "mijn rekening klopt alweer niet", "de medewerker in de winkel was erg vriendelijk",
            "vanaf morgen is de nieuwe winkel open", "iemand ervaring met deze stofzuiger?", "de prijs is prima maar de kwaliteit valt tegen", "nooit meer bij jullie bestellen",
            "ze hebben het binnen een uur opgelost", "het scherm van mijn telefoon is kapot", "we gaan zaterdag naar de opening", "de batterij gaat nog geen halve dag mee",
        ],
        [
            "Sono due settimane che aspetto il rimborso", "il servizio clienti non risponde mai", "che bella sorpresa stamattina in negozio", "la nuova pubblicità è davvero carina",
            "il treno è di nuovo in ritardo", "il caffè qui è sempre buonissimo", "non comprerò mai più da voi", "qualcuno ha già provato il nuovo modello?",
            "spedizione velocissima e pacco perfetto", "la batteria dura pochissimo", "l'applicazione si blocca ogni volta", "personale gentile e molto preparato",
            "domani apre il nuovo negozio in centro", "i prezzi sono aumentati ancora", "perché nessuno mi richiama?", "lo consiglio a tutti quanti",
            "il prodotto è arrivato rotto", "oggi c'è lo sconto su tutta la collezione", "una qualità che non mi aspettavo", "il sito è lentissimo da giorni",
        ],
        [
            "Od tygodnia czekam na zwrot pieniędzy", "obsługa klienta w ogóle nie odbiera", "świetna jakość i szybka dostawa", "aplikacja znowu się zawiesza",
            "pociąg spóźnił się o godzinę", "bardzo miła pani w sklepie", "nigdy więcej tu nie kupię", "czy ktoś już testował nowy model?",
            "paczka przyszła uszkodzona", "jutro otwierają nowy sklep w mieście", "ceny poszły w górę po raz kolejny", "polecam każdemu z całego serca",
            "bateria trzyma zaledwie pół dnia", "kawa była zimna i niedobra", "wszystko załatwione w pięć minut", "strona ładuje się bez końca",
            "dlaczego nikt nie odpisuje na maile?", "najlepszy zakup w tym roku", "reklamacja odrzucona bez powodu", "dzisiaj promocja na całą kolekcję",
        ],
        [
            "Been waiting three days for my parcel", "customer service just hung up on me", "what a lovely surprise in the store today", "the app keeps crashing since the update",
            "my flight got cancelled again", "really happy with the new headphones", "the coffee was cold and overpriced", "would not recommend this to anyone",
            "super fast delivery and great packaging", "why is your website so slow", "they charged me twice this month", "the staff were friendly and helpful",
            "the new shop opens tomorrow at nine", "anyone tried the latest model yet?", "good price but the quality is awful", "never ordering from you again",
            "they fixed it within the hour", "the screen broke after one week", "we are going to the opening on Saturday", "battery barely lasts half a day",
        ],
    ];

    private static readonly string[] _extras =
    [
        "#fail", "#love", "#service", "#monday", "#zomer", "#offerta", "#polska", "@klantenservice", "@support", "@assistenza", "https://t.co/Ab3dE9xYz1", "https://example.com/p/12345",
        "😡", "😍", "👍🏽", "😂😂", "❤️", "🇳🇱", "🙄", ":-)", ":(", "!!!", "??", "...", "10/10", "sooooo", "WOW", "5", "24,95", "&amp;",
    ];

    /// <summary>Makes posts.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Decides them.</param>
    public SyntheticPosts(int count, int seed)
    {
        var random = new Random(seed);
        using var data = new MemoryStream();
        Offsets = new int[count];
        Lengths = new int[count];
        Texts = new string[count];
        for (var i = 0; i < count; i++)
        {
            Texts[i] = Post(random, _clauses[i % _clauses.Length]);
            var bytes = Encoding.UTF8.GetBytes(Texts[i]);
            Offsets[i] = (int)data.Length;
            Lengths[i] = bytes.Length;
            data.Write(bytes);
        }
        Bytes = data.ToArray();
    }

    /// <summary>All posts, one after the other, in UTF-8.</summary>
    public byte[] Bytes { get; }

    /// <summary>Where each post starts.</summary>
    public int[] Offsets { get; }

    /// <summary>The length of each post in bytes.</summary>
    public int[] Lengths { get; }

    /// <summary>The posts as strings, for scorers that need them.</summary>
    public string[] Texts { get; }

    private static string Post(Random random, string[] clauses)
    {
        var post = new StringBuilder();
        while (post.Length < 100)
        {
            if (post.Length > 0)
                post.Append(random.Next(3) switch { 0 => ". ", 1 => ", ", _ => " " });
            var clause = clauses[random.Next(clauses.Length)];
            if (post.Length + clause.Length > 138)
                clause = _extras[random.Next(_extras.Length)];
            post.Append(clause);
            if (random.Next(3) == 0)
                post.Append(' ').Append(_extras[random.Next(_extras.Length)]);
            if (random.Next(4) == 0)
                post.Append(' ').Append(RareWord(random));
        }
        return post.Length > 140 ? post.ToString(0, 140 - (char.IsHighSurrogate(post[139]) ? 1 : 0)) : post.ToString();
    }

    // Names, typing errors and the like: words that no cache knows beforehand.
    private static string RareWord(Random random)
    {
        var word = new StringBuilder();
        for (var syllable = random.Next(2, 4); syllable > 0; syllable--)
            word.Append("bcdfgklmnprstvz"[random.Next(15)]).Append("aeiou"[random.Next(5)]);
        return word.ToString();
    }
}
