using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace StreamEngine.Tests.Connectors.ClickHouse;

/// <summary>Takes TLS connections and passes what comes through them to a port that speaks without TLS, and back.</summary>
internal sealed class TlsFront : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly int _port;

    public TlsFront(int port, X509Certificate2 certificate)
    {
        (_port, _certificate) = (port, certificate);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient outside)
    {
        using var client = outside;
        using var inside = new TcpClient();
        try
        {
            await using var tls = new SslStream(outside.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
            await inside.ConnectAsync(IPAddress.Loopback, _port, _stop.Token);
            await Task.WhenAny(tls.CopyToAsync(inside.GetStream(), _stop.Token), inside.GetStream().CopyToAsync(tls, _stop.Token));
        }
        catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException or SocketException)
        {
            // The client left, as one does that does not trust the certificate.
            outside.Close();
        }
    }
}
