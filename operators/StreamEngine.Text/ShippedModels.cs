namespace StreamEngine.Text;

/// <summary>Finds the model files that the build puts beside the program.</summary>
internal static class ShippedModels
{
    public static string Find(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "models", name);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"The model {name} that ships with the program is not at {path}. Build the program anew, or name a model file.", path);
    }
}
