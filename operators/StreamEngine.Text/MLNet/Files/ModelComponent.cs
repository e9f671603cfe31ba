namespace StreamEngine.Text.MLNet;

/// <summary>A component of a model file, so that errors can name it.</summary>
/// <param name="File">Name of the model file.</param>
/// <param name="Path">Path of the component's blob in the zip.</param>
/// <param name="Loader">Name by which ML.NET chooses the loader; empty while it is not known.</param>
internal sealed record ModelComponent(string File, string Path, string Loader)
{
    /// <summary>An error in this component.</summary>
    public MLNetModelException Error(string problem) =>
        new(File, Loader.Length == 0 ? Path : $"{Path} ({Loader})", problem);
}
