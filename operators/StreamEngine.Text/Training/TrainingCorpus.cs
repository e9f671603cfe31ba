using System.Runtime.InteropServices;
using StreamEngine.Text.Features;
using StreamEngine.Text.Sentiment;
using StreamEngine.Text.Training.Translation;

namespace StreamEngine.Text.Training;

/// <summary>
/// Labelled texts as lists of features. Each distinct unit ("type") lists its features once; a text is a list of types
/// and of clause features.
/// </summary>
internal sealed class TrainingCorpus
{
    private readonly Dictionary<ulong, int> _types = [];
    private readonly List<uint[]> _typeFeatures = [];
    private readonly List<bool> _typeNegates = [];
    private readonly List<bool> _typeIsWord = [];
    private readonly List<int> _typeTexts = [];
    private readonly List<int> _typeLastText = [];
    private readonly HashSet<int> _entryTypes = [];
    private readonly HashSet<uint> _words = [];
    private readonly List<int> _units = [];
    private readonly List<uint> _clauses = [];
    private readonly List<int> _unitStarts = [0];
    private readonly List<int> _clauseStarts = [0];
    private readonly List<LabelledText> _texts = [];

    private TrainingCorpus()
    {
    }

    public int Count => _texts.Count;

    public IReadOnlyList<LabelledText> Texts => _texts;

    /// <summary>Keys of the unit features that are learned.</summary>
    public uint[] Keys { get; private set; } = [];

    /// <summary>
    /// Per key the rows of others that add to its own: of its grade (<see cref="LexiconPriors"/>), behind those of all
    /// keys, and of the word that it translates (<see cref="TranslatedWords"/>).
    /// </summary>
    public int[][] SharedRows { get; private set; } = [];

    /// <summary>Per key, whether it is of a word, a part of one or its first letters, and not of an n-gram; behind them the grades, which are none.</summary>
    public bool[] IsWord { get; private set; } = [];

    /// <summary>Frequencies of the keys and, behind them, of the grades, in steps.</summary>
    public byte[] Frequencies { get; private set; } = [];

    public uint[] ClauseKeys { get; private set; } = [];

    public byte[] ClauseFrequencies { get; private set; } = [];

    /// <summary>Per type, the features that are learned, as indexes into <see cref="Keys"/>, and the rows that they share behind them.</summary>
    public int[][] TypeFeatures { get; private set; } = [];

    private int[] _clauseIndexes = [];
    private int[] _typeOwn = [];
    private Dictionary<uint, int> _rows = [], _clauseRows = [];

    /// <summary>The features of a type without the rows that they share.</summary>
    public ReadOnlySpan<int> OwnFeatures(int type) => TypeFeatures[type].AsSpan(0, _typeOwn[type]);

    public ReadOnlySpan<int> Units(int text) => CollectionsMarshal.AsSpan(_units)[_unitStarts[text].._unitStarts[text + 1]];

    /// <summary>The features of a text and the rows that they share, each as often as its unit stands there.</summary>
    public int[] FeaturesOf(int text)
    {
        var features = new List<int>();
        foreach (var type in Units(text))
            features.AddRange(TypeFeatures[type]);
        return [.. features];
    }

    /// <summary>The clause features of a text as indexes into <see cref="ClauseKeys"/>; -1 where one is not learned.</summary>
    public ReadOnlySpan<int> Clauses(int text) => _clauseIndexes.AsSpan(_clauseStarts[text].._clauseStarts[text + 1]);

    public static TrainingCorpus Build(IReadOnlyCollection<LabelledText> texts, SentimentTrainingOptions options)
    {
        var corpus = new TrainingCorpus();
        var units = new Unit[256];
        var features = new uint[WordFeatures.Most];
        foreach (var text in texts)
            corpus.Add(text, units, features);
        corpus.ChooseFeatures(options, LexiconPriors.Of(texts));
        return corpus;
    }

    /// <summary>Lists what the corpus has learned of a text that need not stand in it: rows of its features and grades, and of its clause features.</summary>
    public (int[] Features, int[] Clauses) Describe(ReadOnlySpan<byte> text)
    {
        var reader = new PostReader(text);
        var clauses = new ClauseFeatures();
        var units = new Unit[64];
        var keys = new uint[WordFeatures.Most];
        Span<uint> added = stackalloc uint[ClauseFeatures.MostPerUnit];
        List<int> rows = [], clauseRows = [];
        int count;
        while ((count = reader.Read(units)) > 0)
        {
            foreach (ref readonly var unit in units.AsSpan(0, count))
            {
                var own = unit.Kind == UnitKind.Break ? 0 : WordFeatures.List(in unit, text.Slice(unit.Start, unit.Length), keys, out _);
                rows.AddRange(WithShared([.. keys[..own].Where(_rows.ContainsKey).Select(key => _rows[key])]));
                var n = clauses.Next(keys[0], unit.Kind == UnitKind.Word && Negation.Contains(keys[0]), unit.Kind, unit.Flags, added);
                foreach (var clause in added[..n])
                {
                    if (_clauseRows.TryGetValue(clause, out var row))
                        clauseRows.Add(row);
                }
            }
        }
        return ([.. rows], [.. clauseRows]);
    }

    private void Add(LabelledText text, Unit[] units, uint[] features)
    {
        var reader = new PostReader(text.Text);
        var clauses = new ClauseFeatures();
        Span<uint> added = stackalloc uint[ClauseFeatures.MostPerUnit];
        int count;
        while ((count = reader.Read(units)) > 0)
        {
            foreach (ref readonly var unit in units.AsSpan(0, count))
            {
                var type = unit.Kind == UnitKind.Break ? -1 : Type(in unit, text.Text, features);
                var n = type < 0
                    ? clauses.Next(0, false, unit.Kind, unit.Flags, added)
                    : clauses.Next(_typeFeatures[type][0], _typeNegates[type], unit.Kind, unit.Flags, added);
                foreach (var clause in added[..n])
                    _clauses.Add(clause);
                if (type < 0)
                    continue;
                _units.Add(type);
                if (text.IsEntry)
                    _entryTypes.Add(type);
            }
        }
        _texts.Add(text);
        _unitStarts.Add(_units.Count);
        _clauseStarts.Add(_clauses.Count);
    }

    private int Type(in Unit unit, byte[] text, uint[] features)
    {
        if (!_types.TryGetValue(unit.Key, out var type))
        {
            type = _typeFeatures.Count;
            _types.Add(unit.Key, type);
            var count = WordFeatures.List(in unit, text.AsSpan(unit.Start, unit.Length), features, out var words);
            _typeFeatures.Add(features[..count]);
            _words.UnionWith(features[..words]);
            _typeIsWord.Add(unit.Kind == UnitKind.Word);
            _typeNegates.Add(unit.Kind == UnitKind.Word && Negation.Contains(features[0]));
            _typeTexts.Add(0);
            _typeLastText.Add(-1);
        }
        if (_typeLastText[type] != _texts.Count)
        {
            _typeLastText[type] = _texts.Count;
            _typeTexts[type]++;
        }
        return type;
    }

    private void ChooseFeatures(SentimentTrainingOptions options, LexiconPriors priors)
    {
        var counts = new Dictionary<uint, int>();
        for (var type = 0; type < _typeFeatures.Count; type++)
        {
            foreach (var feature in _typeFeatures[type].Distinct())
                CollectionsMarshal.GetValueRefOrAddDefault(counts, feature, out _) += _typeTexts[type];
        }
        foreach (var type in _entryTypes)
            CollectionsMarshal.GetValueRefOrAddDefault(counts, _typeFeatures[type][0], out _) += options.MinTexts;
        (Keys, var frequencies, _rows) = Choose(counts, options.MinTexts, options.MaxFeatures);
        var translated = TranslatedWords.Of(_texts, Words);
        SharedRows = [.. Keys.Select(key => Shared(key, priors, translated))];
        Frequencies = [.. frequencies, .. GradeFrequencies(priors)];
        IsWord = [.. Keys.Select(_words.Contains), .. new bool[LexiconPriors.Grades]];
        int[][] own = [.. _typeFeatures.Select(list => list.Where(_rows.ContainsKey).Select(key => _rows[key]).ToArray())];
        _typeOwn = [.. own.Select(rows => rows.Length)];
        TypeFeatures = [.. own.Select(WithShared)];

        counts.Clear();
        foreach (var clause in _clauses)
            CollectionsMarshal.GetValueRefOrAddDefault(counts, clause, out _)++;
        (ClauseKeys, ClauseFrequencies, _clauseRows) = Choose(counts, options.MinClauseTexts, options.MaxClauseFeatures);
        _clauseIndexes = [.. _clauses.Select(key => _clauseRows.GetValueOrDefault(key, -1))];
    }

    private int[] WithShared(int[] rows) => [.. rows, .. rows.SelectMany(row => SharedRows[row])];

    private int[] Shared(uint key, LexiconPriors priors, TranslatedWords translated)
    {
        var shared = new List<int>();
        if (priors.Grade(key) is >= 0 and var grade)
            shared.Add(Keys.Length + grade);
        if (translated.OriginalOf(key) is { } original && _rows.TryGetValue(original, out var row))
            shared.Add(row);
        return [.. shared];
    }

    private uint[] Words(int text)
    {
        var words = new SortedSet<uint>();
        foreach (var type in Units(text))
        {
            if (_typeIsWord[type])
                words.Add(_typeFeatures[type][0]);
        }
        return [.. words];
    }

    private byte[] GradeFrequencies(LexiconPriors priors)
    {
        var texts = new int[LexiconPriors.Grades];
        for (var type = 0; type < _typeFeatures.Count; type++)
        {
            if (priors.Grade(_typeFeatures[type][0]) is >= 0 and var grade)
                texts[grade] += _typeTexts[type];
        }
        return [.. texts.Select(InverseFrequency)];
    }

    private (uint[] Keys, byte[] Frequencies, Dictionary<uint, int> Index) Choose(Dictionary<uint, int> counts, int least, int most)
    {
        var keys = counts.Where(pair => pair.Value >= least && pair.Key != 0)
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Take(most)
            .Select(pair => pair.Key).Order().ToArray();
        var frequencies = keys.Select(key => InverseFrequency(counts[key])).ToArray();
        var index = new Dictionary<uint, int>(keys.Length);
        for (var i = 0; i < keys.Length; i++)
            index.Add(keys[i], i);
        return (keys, frequencies, index);
    }

    // The smoothed inverse document frequency, ln((1+N)/(1+n))+1, in steps.
    private byte InverseFrequency(int texts)
    {
        var idf = Math.Log((1.0 + Count) / (1.0 + Math.Min(texts, Count))) + 1;
        return (byte)Math.Clamp(Math.Round(idf / SentimentWeights.FrequencyStep), 1, 255);
    }
}
