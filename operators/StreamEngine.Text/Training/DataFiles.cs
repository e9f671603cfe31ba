namespace StreamEngine.Text.Training;

/// <summary>Finds the files that a recipe names.</summary>
internal static class DataFiles
{
    /// <summary>The files of a path below a folder, in order; "*" in the file name stands for any signs.</summary>
    /// <exception cref="FileNotFoundException">There are none.</exception>
    public static string[] Expand(string folder, string path)
    {
        var full = Path.Combine(folder, path);
        var directory = Path.GetDirectoryName(full)!;
        var files = Directory.Exists(directory) ? Directory.GetFiles(directory, Path.GetFileName(full)) : [];
        if (files.Length == 0)
            throw new FileNotFoundException($"The recipe names {path}, but {folder} holds no such file. Give the folder of the data sets, or take the set out of the recipe.", full);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }
}
