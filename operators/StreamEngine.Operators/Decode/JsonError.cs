namespace StreamEngine.Operators;

/// <summary>What can be wrong with a JSON text.</summary>
internal enum JsonError
{
    None,
    Empty,
    NotUtf8,
    EndsInString,
    EndsInObject,
    EndsInArray,
    EndsInEscape,
    EndsInNumber,
    EndsInWord,
    ControlCharacter,
    BadEscape,
    BadUnicodeEscape,
    BadNumber,
    BadWord,
    ExpectedValue,
    ExpectedName,
    ExpectedColon,
    ExpectedCommaOrBrace,
    ExpectedCommaOrBracket,
    TrailingComma,
    TooDeep,
    TrailingBytes,
}

/// <summary>What each error is called.</summary>
internal static class JsonErrors
{
    internal static string Describe(JsonError error, int position) => error switch
    {
        JsonError.Empty => "invalid JSON at byte 0: the record is empty",
        JsonError.NotUtf8 => $"invalid UTF-8 at byte {position}",
        _ => $"invalid JSON at byte {position}: {Cause(error)}",
    };

    private static string Cause(JsonError error) => error switch
    {
        JsonError.EndsInString => "the text ends inside a string",
        JsonError.EndsInObject => "the text ends inside an object",
        JsonError.EndsInArray => "the text ends inside an array",
        JsonError.EndsInEscape => "the text ends inside an escape",
        JsonError.EndsInNumber => "the text ends inside a number",
        JsonError.EndsInWord => "the text ends inside 'true', 'false' or 'null'",
        JsonError.ControlCharacter => "a control character inside a string must be escaped",
        JsonError.BadEscape => "after a backslash must come one of \" \\ / b f n r t u",
        JsonError.BadUnicodeEscape => "after \\u must come four hexadecimal digits",
        JsonError.BadNumber => "this is not a number",
        JsonError.BadWord => "the only words allowed are true, false and null",
        JsonError.ExpectedValue => "a value must stand here",
        JsonError.ExpectedName => "a property's name in double quotes must stand here",
        JsonError.ExpectedColon => "a colon must stand here",
        JsonError.ExpectedCommaOrBrace => "a comma or a closing brace must stand here",
        JsonError.ExpectedCommaOrBracket => "a comma or a closing bracket must stand here",
        JsonError.TrailingComma => "nothing follows the comma",
        JsonError.TooDeep => $"it is nested more than {JsonReader.MaxDepth} deep",
        JsonError.TrailingBytes => "something follows the end of the value",
        _ => error.ToString(),
    };
}
