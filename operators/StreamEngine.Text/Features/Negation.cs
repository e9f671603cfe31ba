using System.Text;

namespace StreamEngine.Text.Features;

/// <summary>Words that turn what follows into its opposite, in the eight languages, and how far they reach.</summary>
internal static class Negation
{
    /// <summary>How many words behind a negation it reaches; the end of a clause ends it sooner.</summary>
    public const int Reach = 3;

    private const string Words =
        "not no never neither nor none nothing nobody without cannot cant can't dont don't doesnt doesn't didnt didn't isnt isn't wasnt wasn't arent aren't "
        + "werent weren't wont won't wouldnt wouldn't couldnt couldn't shouldnt shouldn't aint ain't havent haven't hasnt hasn't hadnt hadn't hardly barely "
        + "niet nooit niets niks geen nergens niemand zonder nauwelijks noch "
        + "non mai niente nulla nessuno nessuna nessun senza mica neanche nemmeno neppure ne "
        + "nie nigdy nic nikt bez zaden zadna zadne zadnych zadnego zadnej ani wcale brak "
        + "nicht nie niemals nichts kein keine keinen keinem keiner keines ohne weder niemand kaum nix "
        + "pas jamais rien aucun aucune sans ni personne guere n'est n'ai n'a n'y c'est-pas "
        + "nunca jamas ni nada nadie ningun ninguno ninguna sin tampoco "
        + "nao nunca jamais nem nada ninguem nenhum nenhuma sem tampouco";

    private static readonly HashSet<uint> _keys = [.. Words.Split(' ').Select(word => WordFeatures.OfWord(Encoding.ASCII.GetBytes(word)))];

    /// <summary>Whether the word with this key (<see cref="WordFeatures.OfWord"/>) negates.</summary>
    public static bool Contains(uint word) => _keys.Contains(word);
}
