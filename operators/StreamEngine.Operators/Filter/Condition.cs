using System.Numerics;
using StreamEngine.Core.Batches;

namespace StreamEngine.Operators;

/// <summary>Which way the answer to a condition may turn as a window grows, of which each row is a newer version.</summary>
[Flags]
internal enum Turns
{
    Never = 0,
    ToTrue = 1,
    ToFalse = 2,
    Both = ToTrue | ToFalse,
}

/// <summary>A condition on rows, tested a column at a time. Keeps room for its work: not for several threads at once.</summary>
internal abstract class Condition
{
    /// <summary>Which way its answer may turn; of interest where rows are windows.</summary>
    public Turns Turns { get; set; } = Turns.Both;

    /// <summary>Tests as many rows as <paramref name="result"/> has places, from row <paramref name="from"/> on.</summary>
    public abstract void Test(RecordBatch batch, int from, Span<bool> result);
}

/// <summary>Both conditions, or either.</summary>
internal sealed class Junction : Condition
{
    private readonly Condition _left;
    private readonly Condition _other;
    private readonly bool _both;
    private bool[] _right = [];

    public Junction(Condition left, Condition right, bool both)
    {
        (_left, _other, _both) = (left, right, both);
        Turns = left.Turns | right.Turns;
    }

    public override void Test(RecordBatch batch, int from, Span<bool> result)
    {
        if (_right.Length < result.Length)
        {
            _right = new bool[Math.Max(result.Length, RecordBatch.DefaultCapacity)];
        }

        _left.Test(batch, from, result);
        _other.Test(batch, from, _right.AsSpan(0, result.Length));
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = _both ? result[i] & _right[i] : result[i] | _right[i];
        }
    }
}

/// <summary>The contrary of a condition.</summary>
internal sealed class Negation : Condition
{
    private readonly Condition _condition;

    public Negation(Condition condition)
    {
        _condition = condition;
        Turns = condition.Turns switch
        {
            Turns.ToTrue => Turns.ToFalse,
            Turns.ToFalse => Turns.ToTrue,
            var same => same,
        };
    }

    public override void Test(RecordBatch batch, int from, Span<bool> result)
    {
        _condition.Test(batch, from, result);
        foreach (ref var holds in result)
        {
            holds = !holds;
        }
    }
}

/// <summary>Whether a column has a value.</summary>
internal sealed class AbsenceCondition(int column, bool absent) : Condition
{
    public override void Test(RecordBatch batch, int from, Span<bool> result)
    {
        var values = batch[column];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = IsAbsent(values, from + i) == absent;
        }
    }

    private static bool IsAbsent(Column column, int row) => column switch
    {
        Utf8Column texts => texts.Lengths[row] < 0,
        DictionaryColumn codes => codes[row] < 0,
        Int64Column numbers => numbers[row] == long.MinValue,
        Float32Column numbers => float.IsNaN(numbers[row]),
        Float64Column numbers => double.IsNaN(numbers[row]),
        _ => false,
    };
}

/// <summary>How a number is compared.</summary>
internal enum Comparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>A column of numbers compared with a number.</summary>
internal sealed class NumberCondition<T>(int column, Comparison comparison, T value) : Condition
    where T : unmanaged, INumber<T>
{
    public override void Test(RecordBatch batch, int from, Span<bool> result)
    {
        var values = ((PrimitiveColumn<T>)batch[column]).Values.AsSpan(from, result.Length);
        for (var i = 0; i < values.Length; i++)
        {
            result[i] = comparison switch
            {
                Comparison.Equal => values[i] == value,
                Comparison.NotEqual => values[i] != value,
                Comparison.Less => values[i] < value,
                Comparison.LessOrEqual => values[i] <= value,
                Comparison.Greater => values[i] > value,
                _ => values[i] >= value,
            } && !IsAbsent(values[i]);
        }
    }

    private static bool IsAbsent(T number) => T.IsNaN(number) || (typeof(T) == typeof(long) && number == T.CreateTruncating(long.MinValue));
}

/// <summary>A column of numbers that has one out of a few.</summary>
internal sealed class NumberSetCondition<T>(int column, T[] values) : Condition
    where T : unmanaged, INumber<T>
{
    public override void Test(RecordBatch batch, int from, Span<bool> result)
    {
        var there = ((PrimitiveColumn<T>)batch[column]).Values.AsSpan(from, result.Length);
        for (var i = 0; i < there.Length; i++)
        {
            result[i] = !T.IsNaN(there[i]) && Array.IndexOf(values, there[i]) >= 0;
        }
    }
}

/// <summary>How a text is compared.</summary>
internal enum TextTest
{
    Equal,
    Contains,
    StartsWith,
    EndsWith,
}

/// <summary>A text that meets a test with any out of a few.</summary>
internal sealed class TextCondition(int column, TextTest test, byte[][] values) : Condition
{
    // Of dictionary codes each text is tested once: 1 holds, 2 does not, 0 is not known yet.
    private byte[] _ofCodes = [];
    private Utf8Dictionary? _dictionary;

    public override void Test(RecordBatch batch, int from, Span<bool> result)
    {
        if (batch[column] is DictionaryColumn codes)
        {
            TestCodes(codes, from, result);
            return;
        }

        var texts = batch.Utf8(column);
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = texts.Lengths[from + i] >= 0 && Holds(texts[from + i]);
        }
    }

    private void TestCodes(DictionaryColumn codes, int from, Span<bool> result)
    {
        var dictionary = codes.Dictionary;
        if (!ReferenceEquals(_dictionary, dictionary) || _ofCodes.Length < dictionary.Count)
        {
            _dictionary = dictionary;
            _ofCodes = new byte[Math.Max(64, dictionary.Count * 2)];
        }

        for (var i = 0; i < result.Length; i++)
        {
            var code = codes[from + i];
            if (code >= 0 && _ofCodes[code] == 0)
            {
                _ofCodes[code] = Holds(dictionary[code]) ? (byte)1 : (byte)2;
            }

            result[i] = code >= 0 && _ofCodes[code] == 1;
        }
    }

    private bool Holds(ReadOnlySpan<byte> text)
    {
        foreach (var value in values)
        {
            var holds = test switch
            {
                TextTest.Equal => text.SequenceEqual(value),
                TextTest.Contains => text.IndexOf(value) >= 0,
                TextTest.StartsWith => text.StartsWith(value),
                _ => text.EndsWith(value),
            };
            if (holds)
            {
                return true;
            }
        }

        return false;
    }
}
