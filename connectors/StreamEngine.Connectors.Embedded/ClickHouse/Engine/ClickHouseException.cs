using System.Globalization;

namespace StreamEngine.Connectors.Embedded;

/// <summary>An error as ClickHouse reports it: a code and a message that begins with it.</summary>
internal sealed class ClickHouseException : Exception
{
    private const string CodePrefix = "Code: ";

    /// <param name="code">A number out of ClickHouse's <c>ErrorCodes</c>.</param>
    /// <param name="name">Its name, for example <c>SYNTAX_ERROR</c>.</param>
    /// <param name="message">What went wrong, without code and name.</param>
    public ClickHouseException(int code, string name, string message)
        : base(string.Create(CultureInfo.InvariantCulture, $"{CodePrefix}{code}. DB::Exception: {message} ({name})")) => Code = code;

    private ClickHouseException(int code, string message) : base(message) => Code = code;

    public int Code { get; }

    /// <summary>Takes over a message of the engine, <c>Code: N. DB::Exception: …</c>.</summary>
    public static ClickHouseException FromEngine(string message)
    {
        if (!message.StartsWith(CodePrefix, StringComparison.Ordinal))
            return Unknown(message);
        ReadOnlySpan<char> digits = message.AsSpan(CodePrefix.Length);
        int end = digits.IndexOf('.');
        return end > 0 && int.TryParse(digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out int code)
            ? new ClickHouseException(code, message)
            : Unknown(message);
    }

    public static ClickHouseException Unknown(string message) => new(ClickHouseErrorCode.UnknownException, "UNKNOWN_EXCEPTION", message);

    public static ClickHouseException NotImplemented(string message) => new(ClickHouseErrorCode.NotImplemented, "NOT_IMPLEMENTED", message);

    public static ClickHouseException Syntax(string message) => new(ClickHouseErrorCode.SyntaxError, "SYNTAX_ERROR", message);
}
