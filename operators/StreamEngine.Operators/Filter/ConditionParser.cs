using System.Globalization;
using System.Text;
using StreamEngine.Core.Batches;
using StreamEngine.Core.Graph;

namespace StreamEngine.Operators;

/// <summary>Reads a condition and checks it against the columns there are.</summary>
internal sealed class ConditionParser(string text, BatchSchema schema)
{
    private static readonly string[] _operators = ["==", "!=", "<", "<=", ">", ">=", "in", "not", "is", "contains", "starts_with", "ends_with"];

    private readonly HashSet<ColumnDeclaration> _columns = [];
    private List<ConditionToken> _tokens = [];
    private int _next;

    /// <summary>The columns that the condition reads.</summary>
    public IEnumerable<ColumnDeclaration> Columns => _columns;

    /// <summary>What is wrong, after <see cref="TryParse"/> returned false.</summary>
    public string Error { get; private set; } = "";

    /// <summary>At which character of the text, from 0.</summary>
    public int ErrorPosition { get; private set; }

    private ConditionToken Current => _tokens[_next];

    /// <summary>Reads the condition.</summary>
    public bool TryParse(out Condition condition)
    {
        try
        {
            _tokens = ConditionLexer.Cut(text);
            _next = 0;
            condition = Either();
            return Current.Kind == ConditionTokenKind.End ? true : throw Unexpected("'and', 'or' or the end");
        }
        catch (ConditionException error)
        {
            condition = null!;
            Error = error.Message;
            ErrorPosition = error.Position;
            return false;
        }
    }

    private Condition Either()
    {
        var left = Both();
        while (Take("or"))
        {
            left = new Junction(left, Both(), both: false);
        }

        return left;
    }

    private Condition Both()
    {
        var left = Single();
        while (Take("and"))
        {
            left = new Junction(left, Single(), both: true);
        }

        return left;
    }

    private Condition Single()
    {
        if (Take("not"))
        {
            return new Negation(Single());
        }

        if (!Take("("))
        {
            return Compared();
        }

        var inner = Either();
        Expect(")");
        return inner;
    }

    private Condition Compared()
    {
        var (index, column) = Column();
        var sign = Current.Text;
        var compared = Compared(index, column);
        compared.Turns = WindowColumns.TurnsOf(column.Name, sign, _tokens[_next - 1].Text);
        return compared;
    }

    private Condition Compared(int index, ColumnDeclaration column)
    {
        if (Take("is"))
        {
            return Absent(index);
        }

        var isText = column.Type is ColumnType.Utf8 or ColumnType.Dictionary;
        var negated = Take("not");
        if (Take("in"))
        {
            var values = List();
            Condition isIn = isText ? new TextCondition(index, TextTest.Equal, [.. values.Select(TextOf)]) : NumberIn(index, column, values);
            return negated ? Unequal(index, isIn) : isIn;
        }

        var sign = Current;
        if (negated || sign.Kind is ConditionTokenKind.End or ConditionTokenKind.Quoted || !_operators.Contains(sign.Text))
        {
            throw Unexpected(negated ? "'in'" : $"one of {string.Join(' ', _operators)}");
        }

        _next++;
        return isText ? ComparedText(index, column, sign) : ComparedNumber(index, column, sign);
    }

    private (int Index, ColumnDeclaration Column) Column()
    {
        var name = Current;
        if (name.Kind != ConditionTokenKind.Word)
        {
            throw Unexpected("the name of a column");
        }

        var index = schema.IndexOf(name.Text);
        if (index < 0)
        {
            var names = schema.Columns.Where(c => !c.Internal).Select(c => c.Name).ToList();
            throw new ConditionException(name.Position, $"there is no column '{name.Text}'{NearestWord.Hint(name.Text, names)}; there are: {(names.Count == 0 ? "none" : string.Join(", ", names))}");
        }

        _next++;
        _columns.Add(schema.Columns[index]);
        return (index, schema.Columns[index]);
    }

    private Condition ComparedText(int index, ColumnDeclaration column, ConditionToken sign)
    {
        var value = TextOf(Value());
        return sign.Text switch
        {
            "==" => new TextCondition(index, TextTest.Equal, [value]),
            "!=" => Unequal(index, new TextCondition(index, TextTest.Equal, [value])),
            "contains" => new TextCondition(index, TextTest.Contains, [value]),
            "starts_with" => new TextCondition(index, TextTest.StartsWith, [value]),
            "ends_with" => new TextCondition(index, TextTest.EndsWith, [value]),
            _ => throw new ConditionException(sign.Position, $"'{sign.Text}' compares numbers; '{column.Name}' is a text: use ==, !=, in, contains, starts_with or ends_with"),
        };
    }

    private Condition ComparedNumber(int index, ColumnDeclaration column, ConditionToken sign)
    {
        var comparison = sign.Text switch
        {
            "==" => Comparison.Equal,
            "!=" => Comparison.NotEqual,
            "<" => Comparison.Less,
            "<=" => Comparison.LessOrEqual,
            ">" => Comparison.Greater,
            ">=" => Comparison.GreaterOrEqual,
            _ => throw new ConditionException(sign.Position, $"'{sign.Text}' compares texts; '{column.Name}' is a number: use ==, !=, <, <=, >, >= or in"),
        };
        var value = Value();
        return column.Type switch
        {
            ColumnType.Int64 => new NumberCondition<long>(index, comparison, WholeOf(value, column)),
            ColumnType.Int32 => new NumberCondition<int>(index, comparison, SmallOf(value, column)),
            ColumnType.Float32 => new NumberCondition<float>(index, comparison, (float)NumberOf(value, column)),
            _ => new NumberCondition<double>(index, comparison, NumberOf(value, column)),
        };
    }

    private static Condition NumberIn(int index, ColumnDeclaration column, List<ConditionToken> values) => column.Type switch
    {
        ColumnType.Int64 => new NumberSetCondition<long>(index, [.. values.Select(v => WholeOf(v, column))]),
        ColumnType.Int32 => new NumberSetCondition<int>(index, [.. values.Select(v => SmallOf(v, column))]),
        ColumnType.Float32 => new NumberSetCondition<float>(index, [.. values.Select(v => (float)NumberOf(v, column))]),
        _ => new NumberSetCondition<double>(index, [.. values.Select(v => NumberOf(v, column))]),
    };

    /// <summary>The contrary of being equal, which an absent value is not either.</summary>
    private static Junction Unequal(int index, Condition equal) => new(new Negation(equal), new AbsenceCondition(index, absent: false), both: true);

    private AbsenceCondition Absent(int index)
    {
        var negated = Take("not");
        if (Take("absent"))
        {
            return new AbsenceCondition(index, !negated);
        }

        return Take("present") ? new AbsenceCondition(index, negated) : throw Unexpected("'absent' or 'present'");
    }

    private List<ConditionToken> List()
    {
        var values = new List<ConditionToken>();
        Expect("[");
        do
        {
            values.Add(Value());
        }
        while (Take(","));
        Expect("]");
        return values;
    }

    private ConditionToken Value()
    {
        var value = Current;
        if (value.Kind is not (ConditionTokenKind.Word or ConditionTokenKind.Quoted))
        {
            throw Unexpected("a value");
        }

        _next++;
        return value;
    }

    private static byte[] TextOf(ConditionToken value) => Encoding.UTF8.GetBytes(value.Text);

    private static long WholeOf(ConditionToken value, ColumnDeclaration column)
    {
        if (PostTime.Columns.Contains(column.Name))
        {
            return TimeOf(value, column);
        }

        if (long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) || PostTime.TryIso(TextOf(value), out whole))
        {
            return whole;
        }

        throw new ConditionException(value.Position, $"'{column.Name}' holds whole numbers or times; {value} is neither");
    }

    /// <summary>A time as <c>decode</c> reads it, but that plain numbers are ms, as the column holds them.</summary>
    private static long TimeOf(ConditionToken value, ColumnDeclaration column)
    {
        var text = TextOf(value);
        if (PostTime.TryIso(text, out var time) || (!PostTime.IsBasicDate(text) && long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out time)))
        {
            return time;
        }

        throw new ConditionException(value.Position, $"'{column.Name}' holds times; {value} is neither a date nor ms since 1970");
    }

    private static int SmallOf(ConditionToken value, ColumnDeclaration column) =>
        int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? whole
            : throw new ConditionException(value.Position, $"'{column.Name}' holds whole numbers up to {int.MaxValue}; {value} is none");

    private static double NumberOf(ConditionToken value, ColumnDeclaration column) =>
        double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ConditionException(value.Position, $"'{column.Name}' holds numbers; {value} is none");

    private bool Take(string word)
    {
        var taken = Current.Is(word);
        _next += taken ? 1 : 0;
        return taken;
    }

    private void Expect(string word)
    {
        if (!Take(word))
        {
            throw Unexpected($"'{word}'");
        }
    }

    private ConditionException Unexpected(string expected) => new(Current.Position, $"{expected} must stand here, not {Current}");
}
