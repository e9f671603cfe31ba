namespace StreamEngine.Operators;

/// <summary>What a captured value is.</summary>
internal enum JsonKind : byte
{
    Absent,
    Text,
    Number,
    True,
    False,
    Null,
    Object,
    Array,
}

/// <summary>A value found at a path: where it lies in the record, a text's quotes left out.</summary>
internal struct JsonCapture
{
    public int Start;
    public int Length;
    public JsonKind Kind;
    public bool Escaped;
}
