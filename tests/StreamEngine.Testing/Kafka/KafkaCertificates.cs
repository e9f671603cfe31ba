using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace StreamEngine.Testing;

/// <summary>The certificates of a broker with TLS: an authority made for it, and its own, for localhost and 127.0.0.1.</summary>
internal static class KafkaCertificates
{
    private const int KeyBits = 2048;

    /// <summary>Writes the broker's key and certificate in one PEM file, and the authority's certificate in another.</summary>
    public static void Write(string brokerPem, string authorityPem)
    {
        using var authorityKey = RSA.Create(KeyBits);
        using var authority = SelfSigned("CN=StreamEngine test authority", authorityKey);
        using var brokerKey = RSA.Create(KeyBits);
        var request = new CertificateRequest("CN=localhost", brokerKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        using var broker = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));

        File.WriteAllText(authorityPem, authority.ExportCertificatePem() + "\n");
        File.WriteAllText(brokerPem, $"{brokerKey.ExportPkcs8PrivateKeyPem()}\n{broker.ExportCertificatePem()}\n{authority.ExportCertificatePem()}\n");
    }

    /// <summary>Writes the certificate of an authority that signed nothing: a client that trusts only it must refuse the broker.</summary>
    public static void WriteStranger(string authorityPem)
    {
        using var key = RSA.Create(KeyBits);
        using var authority = SelfSigned("CN=StreamEngine strange authority", key);
        File.WriteAllText(authorityPem, authority.ExportCertificatePem() + "\n");
    }

    private static X509Certificate2 SelfSigned(string name, RSA key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    }
}
