using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace StreamEngine.Connectors.Embedded;

/// <summary>The one user of an embedded ClickHouse, and the check of a request against it.</summary>
internal sealed class Credentials(string user, string password)
{
    private const string DefaultUser = "default";
    private readonly byte[] _expected = Digest(user, password);

    /// <summary>
    /// Lets a request pass that brings the user and password by exactly one of: the headers X-ClickHouse-User and
    /// X-ClickHouse-Key, HTTP basic authentication, the parameters <c>user</c> and <c>password</c>.
    /// </summary>
    /// <exception cref="ClickHouseException">It brings others (error 516), or mixes ways.</exception>
    public void Check(HttpRequest http, QueryRequest request)
    {
        (string givenUser, string givenPassword) = Given(http, request);
        if (!CryptographicOperations.FixedTimeEquals(Digest(givenUser, givenPassword), _expected))
            throw Failed($"{givenUser}: Authentication failed: password is incorrect, or there is no user with such name.");
    }

    private static (string User, string Password) Given(HttpRequest http, QueryRequest request)
    {
        string headerUser = http.Headers["X-ClickHouse-User"].ToString();
        string headerKey = http.Headers["X-ClickHouse-Key"].ToString();
        string authorization = http.Headers.Authorization.ToString();
        bool byHeaders = headerUser.Length > 0 || headerKey.Length > 0;
        bool byParameters = request.User is not null || request.Password is not null;
        if ((byHeaders ? 1 : 0) + (authorization.Length > 0 ? 1 : 0) + (byParameters ? 1 : 0) > 1)
            throw Failed("Invalid authentication: it is not allowed to use X-ClickHouse HTTP headers, Authorization HTTP header and authentication via parameters simultaneously");
        if (byHeaders)
            return (NotEmpty(headerUser, "X-ClickHouse HTTP headers"), headerKey);
        if (authorization.Length > 0)
            return Basic(authorization);
        return (NotEmpty(request.User ?? DefaultUser, "authentication via parameters"), request.Password ?? "");
    }

    private static (string User, string Password) Basic(string authorization)
    {
        if (!AuthenticationHeaderValue.TryParse(authorization, out AuthenticationHeaderValue? header)
            || !header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
            throw Failed($"Invalid authentication: '{authorization.Split(' ')[0]}' HTTP Authorization scheme is not supported");
        byte[] decoded = new byte[header.Parameter?.Length ?? 0];
        if (!Convert.TryFromBase64String(header.Parameter ?? "", decoded, out int length))
            throw Failed("Invalid authentication: the Authorization HTTP header is not base64");
        string pair = Encoding.UTF8.GetString(decoded, 0, length);
        int colon = pair.IndexOf(':');
        return (NotEmpty(colon < 0 ? pair : pair[..colon], "Authorization HTTP header"), colon < 0 ? "" : pair[(colon + 1)..]);
    }

    private static string NotEmpty(string user, string way) =>
        user.Length > 0 ? user : throw Failed($"Got an empty user name from {way}");

    private static byte[] Digest(string user, string password) => SHA256.HashData(Encoding.UTF8.GetBytes(user + "\0" + password));

    private static ClickHouseException Failed(string message) => new(ClickHouseErrorCode.AuthenticationFailed, "AUTHENTICATION_FAILED", message);
}
