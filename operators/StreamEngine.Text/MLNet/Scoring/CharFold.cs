using System.Collections.Concurrent;

namespace StreamEngine.Text.MLNet;

/// <summary>
/// ML.NET's text normaliser as a table: every UTF-16 unit either goes or becomes one other unit.
/// Each unit stands alone; pairs of surrogates are not looked at together.
/// </summary>
internal sealed class CharFold
{
    /// <summary>In the table: the unit is dropped. U+FFFF itself is never changed, so the value is free.</summary>
    private const char Dropped = '\uFFFF';

    /// <summary>
    /// Letter and base letter, U+00C0 to U+04FF: the first unit of the canonical decomposition, for all letters
    /// that have one, except U+0374, U+037E, U+0385 and U+0387, which ML.NET leaves as they are.
    /// </summary>
    private const string Bases =
        "ÀAÁAÂAÃAÄAÅAÇCÈEÉEÊEËEÌIÍIÎIÏIÑNÒOÓOÔOÕOÖOÙUÚUÛUÜUÝYàaáaâaãaäaåaçcèeéeêeëeìiíiîiïiñnòoóoôoõoöoùuúuûu" +
        "üuýyÿyĀAāaĂAăaĄAąaĆCćcĈCĉcĊCċcČCčcĎDďdĒEēeĔEĕeĖEėeĘEęeĚEěeĜGĝgĞGğgĠGġgĢGģgĤHĥhĨIĩiĪIīiĬIĭiĮIįiİIĴJĵj" +
        "ĶKķkĹLĺlĻLļlĽLľlŃNńnŅNņnŇNňnŌOōoŎOŏoŐOőoŔRŕrŖRŗrŘRřrŚSśsŜSŝsŞSşsŠSšsŢTţtŤTťtŨUũuŪUūuŬUŭuŮUůuŰUűuŲUųu" +
        "ŴWŵwŶYŷyŸYŹZźzŻZżzŽZžzƠOơoƯUưuǍAǎaǏIǐiǑOǒoǓUǔuǕUǖuǗUǘuǙUǚuǛUǜuǞAǟaǠAǡaǢÆǣæǦGǧgǨKǩkǪOǫoǬOǭoǮƷǯʒǰjǴGǵg" +
        "ǸNǹnǺAǻaǼÆǽæǾØǿøȀAȁaȂAȃaȄEȅeȆEȇeȈIȉiȊIȋiȌOȍoȎOȏoȐRȑrȒRȓrȔUȕuȖUȗuȘSșsȚTțtȞHȟhȦAȧaȨEȩeȪOȫoȬOȭoȮOȯoȰOȱo" +
        "ȲYȳyΆΑΈΕΉΗΊΙΌΟΎΥΏΩΐιΪΙΫΥάαέεήηίιΰυϊιϋυόούυώωϓϒϔϒЀЕЁЕЃГЇІЌКЍИЎУЙИйиѐеёеѓгїіќкѝиўуѶѴѷѵӁЖӂжӐАӑаӒАӓаӖЕӗе" +
        "ӚӘӛәӜЖӝжӞЗӟзӢИӣиӤИӥиӦОӧоӪӨӫөӬЭӭэӮУӯуӰУӱуӲУӳуӴЧӵчӸЫӹы";

    private static readonly ConcurrentDictionary<(LetterCase, bool, bool, bool), CharFold> _all = new();

    private readonly char[] _map = new char[char.MaxValue + 1];

    private CharFold(LetterCase letterCase, bool keepDiacritics, bool keepPunctuation, bool keepNumbers)
    {
        for (var i = 0; i <= char.MaxValue; i++)
        {
            var c = (char)i;
            var goes = (!keepPunctuation && char.IsPunctuation(c)) || (!keepNumbers && char.IsNumber(c))
                || (!keepDiacritics && IsMark(c));
            _map[i] = goes ? Dropped : c;
        }
        if (!keepDiacritics)
        {
            for (var i = 0; i < Bases.Length; i += 2)
                _map[Bases[i]] = Bases[i + 1];
        }
        for (var i = 0; i < char.MaxValue; i++)
        {
            if (_map[i] != Dropped)
                _map[i] = Cased(_map[i], letterCase);
        }
    }

    /// <summary>The table of one normaliser; models share it.</summary>
    public static CharFold Get(LetterCase letterCase, bool keepDiacritics, bool keepPunctuation, bool keepNumbers) => _all.GetOrAdd(
        (letterCase, keepDiacritics, keepPunctuation, keepNumbers), key => new CharFold(key.Item1, key.Item2, key.Item3, key.Item4));

    /// <summary>Folds <paramref name="source"/> into <paramref name="target"/>, which is at least as long; returns the length.</summary>
    public int Apply(ReadOnlySpan<char> source, Span<char> target)
    {
        var map = _map;
        target = target[..source.Length];
        var length = 0;
        foreach (var c in source)
        {
            var folded = map[c];
            target[length] = folded;
            length += folded != Dropped || c == Dropped ? 1 : 0;
        }
        return length;
    }

    private static char Cased(char c, LetterCase letterCase) => letterCase switch
    {
        LetterCase.Lower => char.ToLowerInvariant(c),
        LetterCase.Upper => char.ToUpperInvariant(c),
        _ => c,
    };

    /// <summary>The combining marks that ML.NET knows: Latin, Hebrew and Arabic, not all of Unicode's.</summary>
    private static bool IsMark(char c) => c is (>= '\u0300' and <= '\u036F') or (>= '\u0591' and <= '\u05BD')
        or '\u05C1' or '\u05C2' or '\u05C4' or '\u05C5' or '\u05C7' or (>= '\u0610' and <= '\u0615')
        or (>= '\u064C' and <= '\u065E') or '\u0670';
}
