using System.Reflection;
using Xunit.Sdk;

namespace StreamEngine.Tests.Connectors.ClickHouse;

/// <summary>Runs a theory against each kind of real server; a kind that is not installed is left out, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public abstract class ServerDataAttribute(ServerKind kind, object[] more) : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[kind, .. more]];
}

/// <summary>Against the embedded ClickHouse.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class OnEmbeddedAttribute(params object[] more) : ServerDataAttribute(ServerKind.Embedded, more);

/// <summary>Against Debian's clickhouse-server, where it is installed.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class OnDebianAttribute(params object[] more) : ServerDataAttribute(ServerKind.Debian, more)
{
    public override string? Skip
    {
        get => base.Skip ?? (DebianClickHouse.Program is null ? "needs an old ClickHouse: apt-get install --no-install-recommends clickhouse-server clickhouse-client" : null);
        set => base.Skip = value;
    }
}
