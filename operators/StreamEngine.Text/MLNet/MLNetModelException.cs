namespace StreamEngine.Text.MLNet;

/// <summary>A model file that cannot be read: which file, which component inside it, and what is wrong.</summary>
public sealed class MLNetModelException : Exception
{
    /// <summary>Makes the exception; the message is <c>file: component: problem</c>.</summary>
    /// <param name="file">Name of the model file as the caller gave it.</param>
    /// <param name="component">Path of the component inside the zip, or "zip" for the container itself.</param>
    /// <param name="problem">What was expected, what was found, and what to do.</param>
    /// <param name="inner">The cause, if another library reported it.</param>
    public MLNetModelException(string file, string component, string problem, Exception? inner = null)
        : base($"{file}: {component}: {problem}", inner)
    {
        File = file;
        Component = component;
        Problem = problem;
    }

    /// <summary>Name of the model file.</summary>
    public string File { get; }

    /// <summary>Path of the component inside the zip, such as <c>TransformerChain/Transform_000/Model.key</c>.</summary>
    public string Component { get; }

    /// <summary>What is wrong with it.</summary>
    public string Problem { get; }
}
