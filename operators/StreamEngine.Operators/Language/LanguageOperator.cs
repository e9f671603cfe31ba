using StreamEngine.Core.Batches;
using StreamEngine.Core.Operators;
using StreamEngine.Text.Languages;

namespace StreamEngine.Operators;

/// <summary>Tells the languages of the posts of one partition.</summary>
internal sealed class LanguageOperator : RowOperator
{
    private readonly ThreadLocal<LanguageIdentifier> _identifiers;
    private readonly bool _overwrite;
    private readonly float _minProbability;
    private readonly int[] _codes = new int[LanguageCode.All.Count];
    private readonly Utf8Dictionary _own = new();
    private readonly int _text, _language;
    private Utf8Dictionary? _dictionary;

    internal LanguageOperator(OperatorContext context, LanguageModel model)
        : base(context)
    {
        _identifiers = PerThread.Of(model, m => new LanguageIdentifier(m));
        _overwrite = context.Options.Get(LanguageDefinition.Overwrite);
        _minProbability = (float)context.Options.Get(LanguageDefinition.MinProbability);
        (_text, _language) = (context.Column("text"), context.Column("language"));
    }

    /// <inheritdoc/>
    protected override void Process(RecordBatch batch, int from, int to)
    {
        var texts = batch.Utf8(_text);
        var languages = batch.Dictionary(_language);
        if (_overwrite)
        {
            languages.Dictionary = _own;
        }

        LearnCodes(languages.Dictionary);
        var identifier = _identifiers.Value!;
        for (var row = from; row < to; row++)
        {
            if (_overwrite || languages[row] < 0)
            {
                var language = identifier.Identify(texts[row], out var probability);
                languages[row] = probability >= _minProbability ? _codes[(int)language] : -1;
            }
        }
    }

    private void LearnCodes(Utf8Dictionary dictionary)
    {
        if (ReferenceEquals(dictionary, _dictionary))
        {
            return;
        }

        for (var i = 0; i < _codes.Length; i++)
        {
            _codes[i] = i == (int)Text.Languages.Language.Unknown ? -1 : dictionary.GetOrAdd(LanguageCode.All[i]);
        }

        _dictionary = dictionary;
    }
}
