using Microsoft.AspNetCore.Http;

namespace StreamEngine.Connectors.Embedded;

/// <summary>The numbers of ClickHouse's <c>ErrorCodes</c> that this interface raises itself, and each code's HTTP status.</summary>
internal static class ClickHouseErrorCode
{
    public const int BadArguments = 36;
    public const int NotImplemented = 48;
    public const int SyntaxError = 62;
    public const int UnknownSetting = 115;
    public const int Readonly = 164;
    public const int InflateFailed = 354;
    public const int IntoOutfileNotAllowed = 358;
    public const int SessionNotFound = 372;
    public const int InvalidSessionTimeout = 374;
    public const int AuthenticationFailed = 516;
    public const int UnknownException = 1002;

    /// <summary>The status with which a server answers; from ClickHouse's <c>exceptionCodeToHTTPStatus.cpp</c>.</summary>
    public static int HttpStatus(int code) => code switch
    {
        194 => StatusCodes.Status401Unauthorized,
        192 or 193 or 497 or 512 or AuthenticationFailed => StatusCodes.Status403Forbidden,
        // What cannot be parsed, or is not of the expected shape.
        6 or 8 or 15 or 25 or 26 or 27 or BadArguments or 37 or 38 or 41 or 44 or 53 or SyntaxError or 72 or 117 or 123
            or 167 or 168 or 223 or 321 or 376 or 427 or 441 or 675 or 676 => StatusCodes.Status400BadRequest,
        // What is not known: tables, columns, functions, types, settings, formats, roles.
        46 or 47 or 50 or 56 or 60 or 63 or 73 or 78 or 81 or UnknownSetting or 152 or 336 or 511 => StatusCodes.Status404NotFound,
        159 => StatusCodes.Status408RequestTimeout,
        229 => StatusCodes.Status413RequestEntityTooLarge,
        381 => StatusCodes.Status411LengthRequired,
        779 => StatusCodes.Status415UnsupportedMediaType,
        NotImplemented => StatusCodes.Status501NotImplemented,
        76 or 209 or 439 => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };
}
