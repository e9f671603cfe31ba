namespace StreamEngine.Chaos.Posts;

/// <summary>All that can be said of the brands, none of which exists.</summary>
internal sealed class BrandTexts
{
    private static readonly string[] _names =
    [
        "Aldervik", "Birchol", "Cedrano", "Dogwell", "Elmoria", "Firstel", "Gorsavia", "Hazelto", "Ivenna", "Juniparo",
        "Kapokka", "Larchio", "Maplexa", "Nutmego", "Oakenti", "Pinelva", "Quinzaro", "Rowanik", "Sequola", "Tamarinko",
    ];

    /// <param name="brands">How many brands, up to 20.</param>
    public BrandTexts(int brands)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(brands, _names.Length);
        Brands = _names[..brands];
    }

    public IReadOnlyList<string> Brands { get; }

    /// <summary>What a text is about: a brand, it and another one, or (-1) something else.</summary>
    public string Subject(Phrasebook book, int brand, int other) =>
        brand < 0 ? book.Nothing : other < 0 ? Brands[brand] : $"{Brands[brand]} {book.And} {Brands[other]}";

    /// <summary>All texts about one brand, or about one and the next, each with each language that it may declare.</summary>
    public IEnumerable<(string Text, string Language)> All()
    {
        foreach (var book in Phrasebook.All)
        {
            for (var brand = 0; brand < Brands.Count; brand++)
            {
                foreach (var text in Texts(book, Subject(book, brand, -1)).Concat(Texts(book, Subject(book, brand, (brand + 1) % Brands.Count))))
                {
                    yield return (text, book.Language);
                    yield return (text, "");
                }
            }
        }
    }

    private static IEnumerable<string> Texts(Phrasebook book, string subject) =>
        from opening in Enumerable.Range(0, book.Openings.Length)
        from saying in Enumerable.Range(0, book.Sayings)
        from ending in Enumerable.Range(0, book.Endings.Length)
        select book.Compose(opening, saying, ending, subject);
}
