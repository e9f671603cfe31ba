namespace StreamEngine.Tests.Integration;

/// <summary>A test that renders the chart; left out, with the reason, where there is no Helm: in <c>HELM</c>, or on the path.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class HelmFactAttribute : FactAttribute
{
    /// <summary>The program, or null.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("HELM") is { Length: > 0 } given
        ? given
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "helm")).FirstOrDefault(File.Exists);

    /// <inheritdoc/>
    public override string? Skip
    {
        get => base.Skip ?? (Program is null ? "needs Helm: set HELM to it, or have it on the PATH" : null);
        set => base.Skip = value;
    }
}
