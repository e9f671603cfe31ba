using System.Globalization;
using System.Text.RegularExpressions;

namespace StreamEngine.Connectors.ClickHouse.Http;

/// <summary>The errors that ClickHouse reports: <c>Code: 60. DB::Exception: …</c>, and <c>Code: 60, e.displayText() = DB::Exception: …</c> of old.</summary>
internal static partial class ServerError
{
    private const int MaxMessage = 600;

    /// <summary>Reads an error's code and text out of an answer.</summary>
    public static bool TryParse(string body, out int code, out string message)
    {
        var match = Pattern().Match(body);
        if (!match.Success || !int.TryParse(match.Groups["code"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out code))
        {
            (code, message) = (0, "");
            return false;
        }

        message = match.Groups["text"].Value.Trim();
        var tail = message.IndexOf(", e.what() =", StringComparison.Ordinal);
        message = tail < 0 ? message : message[..tail];
        message = message.Length <= MaxMessage ? message : message[..MaxMessage] + "…";
        return true;
    }

    /// <summary>What a code of ClickHouse's <c>ErrorCodes.cpp</c> means for what to do next.</summary>
    public static ClickHouseFailure Classify(int code) => code switch
    {
        192 or 193 or 194 or 195 or 516 => ClickHouseFailure.Authentication,
        164 or 497 => ClickHouseFailure.Forbidden,
        81 => ClickHouseFailure.NoDatabase,
        60 or 218 => ClickHouseFailure.NoTable,
        252 => ClickHouseFailure.TooManyParts,
        241 or 173 => ClickHouseFailure.Memory,
        159 or 160 or 209 => ClickHouseFailure.Timeout,
        202 or 203 or 210 or 225 or 236 or 242 or 243 or 279 or 285 or 319 or 394 or 439 or 745 or 999 => ClickHouseFailure.Overloaded,

        // Types, columns, syntax, settings, formats, data that cannot be read: the same request gets the same answer.
        6 or 7 or 8 or 10 or 16 or 20 or 26 or 27 or 33 or 36 or 38 or 41 or 43 or 44 or 46 or 47 or 48 or 50 or 53 or 62 or 70 or 73 or 115
            or 117 or 128 or 130 or 131 or 180 or 344 or 376 or 407 or 452 or 617 => ClickHouseFailure.Rejected,
        _ => ClickHouseFailure.Server,
    };

    [GeneratedRegex(@"Code: (?<code>\d+)[.,].*?DB::[\w:]*Exception: (?<text>[^\n]*)", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Pattern();
}
