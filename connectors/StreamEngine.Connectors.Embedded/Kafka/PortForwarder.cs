using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace StreamEngine.Connectors.Embedded;

/// <summary>
/// Listens on a chosen loopback port and passes bytes to and from another one, unchanged and in order.
/// librdkafka's mock broker binds a port of the kernel's choice; this gives it the one the user asked for.
/// </summary>
internal sealed class PortForwarder : IDisposable
{
    private const int BufferBytes = 128 * 1024;
    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _stop = new();

    /// <exception cref="EmbeddedServiceException">The port is taken or not allowed.</exception>
    public PortForwarder(int port, IPEndPoint target)
    {
        _target = target;
        _listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            _listener.Start();
        }
        catch (SocketException e)
        {
            _listener.Dispose();
            throw new EmbeddedServiceException($"Port {port} cannot be used: {e.Message}. Choose another with --port, or 0 for a free one.", e);
        }
        _ = AcceptAsync();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        CancellationToken stop = _stop.Token;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptSocketAsync(stop).ConfigureAwait(false), stop);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // One connection that broke while it was accepted; the listener goes on.
                await Task.Yield();
            }
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken stop)
    {
        using (client)
        using (var broker = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true })
        {
            client.NoDelay = true;
            try
            {
                await broker.ConnectAsync(_target, stop).ConfigureAwait(false);
                // The first side to finish ends both: a Kafka connection is never half closed.
                await Task.WhenAny(PumpAsync(client, broker, stop), PumpAsync(broker, client, stop)).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The broker is stopping: closing the client's socket (below) is how it learns of it.
                return;
            }
        }
    }

    private static async Task PumpAsync(Socket from, Socket to, CancellationToken stop)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer, stop).ConfigureAwait(false)) > 0)
            {
                ReadOnlyMemory<byte> rest = buffer.AsMemory(0, read);
                while (!rest.IsEmpty)
                    rest = rest[await to.SendAsync(rest, stop).ConfigureAwait(false)..];
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone; the caller closes the other.
            return;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
