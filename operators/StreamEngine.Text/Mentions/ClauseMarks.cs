using System.Text;
using StreamEngine.Text.Features;

namespace StreamEngine.Text.Mentions;

/// <summary>What a word does to the clause it stands in.</summary>
internal enum ClauseMark : byte
{
    None,

    /// <summary>Goes on with the same subject or another ("and").</summary>
    Joins,

    /// <summary>Turns to something else ("but", "while").</summary>
    Turns,

    /// <summary>Sets what follows below what went before ("better than").</summary>
    Compares,
}

/// <summary>Words that join, turn and compare, in the eight languages.</summary>
internal static class ClauseMarks
{
    private const string Joins = "and or en of e ed i oraz und oder et ou y o";

    private const string Turns =
        "but however although though while whereas yet except unlike instead nevertheless despite "
        + "maar echter terwijl hoewel ondanks behalve daarentegen toch "
        + "ma pero tuttavia mentre sebbene invece anche-se nonostante "
        + "ale lecz jednak natomiast chociaz choc zas podczas mimo "
        + "aber jedoch obwohl wahrend sondern trotzdem dagegen "
        + "mais cependant tandis pourtant malgre sauf "
        + "sino aunque mientras embargo mas porem embora enquanto contudo";

    private const string Compares = "than dan niz als que di del rispetto vergeleken";

    private static readonly Dictionary<uint, ClauseMark> _marks = Build();

    /// <summary>The mark of a word by its key (<see cref="WordFeatures.OfWord"/>).</summary>
    public static ClauseMark Of(uint word) => _marks.GetValueOrDefault(word);

    private static Dictionary<uint, ClauseMark> Build()
    {
        var marks = new Dictionary<uint, ClauseMark>();
        foreach (var (words, mark) in new[] { (Compares, ClauseMark.Compares), (Joins, ClauseMark.Joins), (Turns, ClauseMark.Turns) })
        {
            foreach (var word in words.Split(' '))
                marks[WordFeatures.OfWord(Encoding.ASCII.GetBytes(word))] = mark;
        }
        return marks;
    }
}
