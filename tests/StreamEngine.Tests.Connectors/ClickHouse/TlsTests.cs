using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StreamEngine.Connectors.ClickHouse.Http;
using StreamEngine.Core.Sinks;

namespace StreamEngine.Tests.Connectors.ClickHouse;

[Collection(ClickHouseCollection.Name)]
public sealed class TlsTests(ClickHouseServers servers)
{
    [Theory]
    [OnEmbedded]
    [OnDebian]
    public async Task Only_a_certificate_of_the_authority_that_is_named_is_trusted(ServerKind kind)
    {
        var server = await servers.GetAsync(kind);
        using var folder = new TempFolder();
        using var authority = Authority("right");
        using var other = Authority("wrong");
        await File.WriteAllTextAsync(folder["right.pem"], authority.ExportCertificatePem());
        await File.WriteAllTextAsync(folder["wrong.pem"], other.ExportCertificatePem());
        await File.WriteAllTextAsync(folder["empty.pem"], "nothing\n");
        await using var front = new TlsFront(server.Url.Port, Issued(authority));
        var settings = server.Settings(ClickHouseServers.NewDatabase());
        settings = settings with { Connection = settings.Connection with { Url = front.Url, CertificateAuthorities = folder["right.pem"] } };

        await using (var writer = await Writers.OpenAsync(settings, Records.Windows))
        {
            writer.Append(0, Records.Window("Kwik", Records.Start, 2, 1));
            await writer.FlushAsync(default);
        }

        Assert.Equal(["2"], await server.RowsAsync($"SELECT posts FROM {settings.Database}.brand_sentiment"));
        Assert.Contains("TLS", await RefusalAsync(settings.Connection with { CertificateAuthorities = folder["wrong.pem"] }));
        Assert.Contains("TLS", await RefusalAsync(settings.Connection with { CertificateAuthorities = null }));
        Assert.Contains("TLS", await RefusalAsync(settings.Connection with { Url = new Uri($"https://localhost:{front.Url.Port}/") }));
        Assert.Contains("holds no certificate", await RefusalAsync(settings.Connection with { CertificateAuthorities = folder["empty.pem"] }));
        await using var trusting = await Writers.OpenAsync(settings with { Connection = settings.Connection with { CertificateAuthorities = null, TrustAnyCertificate = true } }, Records.Windows);

        async Task<string> RefusalAsync(ClickHouseConnection connection) =>
            (await Assert.ThrowsAsync<SinkException>(() => Writers.OpenAsync(settings with { Connection = connection }, Records.Windows))).Message;
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>A certificate for 127.0.0.1, and not for the name localhost.</summary>
    private static X509Certificate2 Issued(X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [1, 2, 3]);
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}
