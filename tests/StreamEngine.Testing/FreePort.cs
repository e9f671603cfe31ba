using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace StreamEngine.Testing;

/// <summary>Finds TCP ports that nobody listens on.</summary>
/// <remarks>
/// Ports are taken from below the range out of which Linux serves outgoing connections (32768 and up by default), so
/// that a server which is killed and started again finds its port free.
/// </remarks>
public static class FreePort
{
    private const int First = 20_000;
    private const int Count = 12_000;
    private const int MaxAttempts = 500;

    private static readonly ConcurrentDictionary<int, bool> _given = new();

    /// <summary>A port on the loopback interface that is free now and was not returned before by this process.</summary>
    /// <exception cref="InvalidOperationException">No free port was found.</exception>
    public static int Next()
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var port = First + Random.Shared.Next(Count);
            if (IsFree(port) && _given.TryAdd(port, true))
                return port;
        }
        throw new InvalidOperationException($"No free TCP port among {First} to {First + Count - 1} in {MaxAttempts} attempts.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
