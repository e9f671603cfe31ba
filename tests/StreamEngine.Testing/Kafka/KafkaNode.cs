using System.Diagnostics;
using System.Net.Sockets;

namespace StreamEngine.Testing;

/// <summary>One broker process of a <see cref="RealKafka"/>, with its ports and its data, which outlive the process.</summary>
internal sealed class KafkaNode(int id, string folder, string home) : IDisposable
{
    private static readonly TimeSpan _startPatience = TimeSpan.FromSeconds(120);

    private Process? _broker;
    private ProcessGuard? _guard;

    public int Id { get; } = id;
    public string Folder { get; } = folder;
    public int Port { get; } = FreePort.Next();
    public int ControllerPort { get; } = FreePort.Next();
    public int SecurePort { get; } = FreePort.Next();
    public string PropertiesPath => Path.Combine(Folder, "server.properties");
    private string LogPath => Path.Combine(Folder, "server.log");

    /// <summary>Lays out the empty data folder. Done once, before the first start.</summary>
    public async Task Format(string clusterId, IEnumerable<string> moreArguments)
    {
        using var tool = StartJava(["kafka.tools.StorageTool", "format", "-t", clusterId, "-c", PropertiesPath, .. moreArguments]);
        await tool.WaitForExitAsync();
        if (tool.ExitCode != 0)
            throw new InvalidOperationException($"Kafka's StorageTool could not lay out {Folder}:\n{LogTail()}");
    }

    public void Start()
    {
        if (_broker is { HasExited: false })
            throw new InvalidOperationException($"Node {Id} runs already.");
        Forget();
        _broker = StartJava(["kafka.Kafka", PropertiesPath]);
        _guard = new ProcessGuard(_broker.Id);
    }

    /// <summary>Waits until the node takes connections.</summary>
    public async Task WaitUntilOpen()
    {
        var watch = Stopwatch.StartNew();
        while (!await TakesConnections())
        {
            if (_broker is not { HasExited: false })
                throw new InvalidOperationException($"Kafka node {Id} ended while it was starting:\n{LogTail()}");
            if (watch.Elapsed > _startPatience)
                throw new InvalidOperationException($"Kafka node {Id} did not open port {Port} within {_startPatience.TotalSeconds} s:\n{LogTail()}");
            await Task.Delay(50);
        }
    }

    /// <summary>Ends the process at once (SIGKILL), as a crash does.</summary>
    public async Task Kill()
    {
        if (_broker is not { } broker)
            return;
        broker.Kill();
        await broker.WaitForExitAsync();
        Forget();
    }

    public void Freeze() => ProcessSignal.Freeze(Running);

    public void Thaw() => ProcessSignal.Thaw(Running);

    public void Dispose()
    {
        if (_broker is { HasExited: false } broker)
        {
            broker.Kill();
            broker.WaitForExit();
        }
        Forget();
    }

    private Process Running => _broker is { HasExited: false } broker ? broker : throw new InvalidOperationException($"Node {Id} does not run.");

    private void Forget()
    {
        _guard?.Dispose();
        _broker?.Dispose();
        _guard = null;
        _broker = null;
    }

    private async Task<bool> TakesConnections()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Starts Java with Kafka's classes; what it prints goes to the node's log, without a pipe that could fill up.</summary>
    private Process StartJava(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("/bin/sh");
        foreach (var argument in new[] { "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", LogPath, JavaProgram() })
            start.ArgumentList.Add(argument);
        foreach (var argument in KafkaSettings.JavaOptions(home, Path.Combine(Folder, "log4j2.xml")).Concat(arguments))
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private static string JavaProgram()
    {
        var home = Environment.GetEnvironmentVariable("JAVA_HOME");
        return string.IsNullOrEmpty(home) ? "java" : Path.Combine(home, "bin", "java");
    }

    private string LogTail() => File.Exists(LogPath) ? string.Join('\n', File.ReadLines(LogPath).TakeLast(25)) : "(its log is empty)";
}
